; The guest address of scheme v1 is never the network, the gateway or the
; broadcast address: for every digest H below 2^64 and every prefix length 0 to
; 30, with N = 2^(32 - length),
;
;     offset = 2 + H mod (N - 3)    lies in [2, N - 2],
;
; and network + offset stays inside the network and below 2^32. Each block asks
; for a counterexample; `unsat` says that there is none. The last two show that
; the question can be answered otherwise: a range one too narrow has a
; counterexample, so does N - 2 in place of N - 3.
;
; Integers and not bit-vectors: the solver finishes in hundredths of a second.
; Run by tests/proof/CMakeLists.txt where z3 is there: z3 offset_in_range.smt2
(set-logic ALL)
(declare-const H Int)
(declare-const N Int)
(declare-const network Int)
(assert (and (<= 0 H) (< H 18446744073709551616)))
(assert (or
  (= N 4) (= N 8) (= N 16) (= N 32) (= N 64) (= N 128) (= N 256) (= N 512) (= N 1024) (= N 2048)
  (= N 4096) (= N 8192) (= N 16384) (= N 32768) (= N 65536) (= N 131072) (= N 262144) (= N 524288)
  (= N 1048576) (= N 2097152) (= N 4194304) (= N 8388608) (= N 16777216) (= N 33554432)
  (= N 67108864) (= N 134217728) (= N 268435456) (= N 536870912) (= N 1073741824)
  (= N 2147483648) (= N 4294967296)))
; A network begins at a multiple of its size and ends inside the space.
(declare-const index Int)
(assert (= network (* index N)))
(assert (and (<= 0 network) (<= (+ network N) 4294967296)))
(define-fun offset () Int (+ 2 (mod H (- N 3))))

(push)
(echo "the offset lies in [2, N - 2]:")
(assert (not (and (<= 2 offset) (<= offset (- N 2)))))
(check-sat)
(pop)

(push)
(echo "the address lies in the network and fits 32 bits:")
(assert (not (and (< network (+ network offset)) (< (+ network offset) (- (+ network N) 1))
                  (< (+ network offset) 4294967296))))
(check-sat)
(pop)

(push)
(echo "a narrower range has a counterexample:")
(assert (not (and (<= 2 offset) (<= offset (- N 3)))))
(check-sat)
(pop)

(push)
(echo "N - 2 slots would reach the broadcast address:")
(assert (= (+ 2 (mod H (- N 2))) (- N 1)))
(check-sat)
(pop)
