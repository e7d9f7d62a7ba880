# Runs the proof and compares each answer: cmake -DZ3=... -DFOLDER=... -P prove.cmake
execute_process(COMMAND "${Z3}" "${FOLDER}/offset_in_range.smt2" OUTPUT_VARIABLE answers
                ERROR_VARIABLE answers)
file(READ "${FOLDER}/expected.txt" expected)
if(NOT answers STREQUAL expected)
  message(FATAL_ERROR "the solver says\n${answers}\nand not\n${expected}")
endif()
