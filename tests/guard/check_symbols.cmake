# Fails where OBJECT leaves a symbol of the library undefined that is not listed here.
set(allowed
    "vmnet::detail::bad_result_access@?[A-Za-z.]*\\(char const\\*\\)" # the end of the program
    "vmnet::detail::fnv1a_64_stream@?[A-Za-z.]*\\(unsigned long, char const\\*, unsigned long\\)" # long inputs
    "vmnet::detail::read_(address|cidr)@?[A-Za-z0-9_.]*\\(char const\\*, unsigned long\\)" # texts
    "vmnet::collision_probability@?[A-Za-z.]*\\(unsigned long, unsigned long\\)" # the control
    "initializer for module .*") # the language's own

execute_process(COMMAND "${NM}" --undefined-only --demangle "${OBJECT}" OUTPUT_VARIABLE symbols
                COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]*vmnet[^\n]*" ours "${symbols}")
if(NOT ours MATCHES "collision_probability")
  message(FATAL_ERROR "the control call is not seen: nm shows\n${symbols}")
endif()
set(surprises "")
foreach(symbol IN LISTS ours)
  string(REGEX REPLACE "^ *U +" "" symbol "${symbol}")
  set(known FALSE)
  foreach(pattern IN LISTS allowed)
    if(symbol MATCHES "^${pattern}$")
      set(known TRUE)
    endif()
  endforeach()
  if(NOT known)
    string(APPEND surprises "  ${symbol}\n")
  endif()
endforeach()
if(surprises)
  message(FATAL_ERROR "an optimised importer calls out of line:\n${surprises}")
endif()
