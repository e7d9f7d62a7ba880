# cmake -DCASE=directory [-DFAULT=regex] [-DPROJECT=directory -DRUN=command]
#       -P run.cmake -- CONFIGURE-ARGUMENT...
# Configures, builds and runs the consumer in CASE, and compares what it prints; of
# another PROJECT, runs the command RUN, which has to end well. Of an earlier build
# there, the cache goes, with what other arguments left in it.
#
# With FAULT this is a case that is known not to build, a test with WILL_FAIL. Any
# failure would do for that, so here only the known one counts as a failure:
# whatever else happens ends well, and with that fails the test.
set(configure_arguments "")
set(is_argument FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(index RANGE ${last})
  if(is_argument)
    list(APPEND configure_arguments "${CMAKE_ARGV${index}}")
  elseif(CMAKE_ARGV${index} STREQUAL "--")
    set(is_argument TRUE)
  endif()
endforeach()

# A macro, so that its return() ends this script.
macro(end_with_failure message)
  if(FAULT)
    message("Expected the build to fail with '${FAULT}', but: ${message}")
    return()
  endif()
  message(FATAL_ERROR "${message}")
endmacro()

if(NOT PROJECT)
  set(PROJECT "${CMAKE_CURRENT_LIST_DIR}/project")
endif()
file(REMOVE "${CASE}/CMakeCache.txt")
execute_process(
  COMMAND "${CMAKE_COMMAND}" -S "${PROJECT}" -B "${CASE}"
          ${configure_arguments}
  RESULT_VARIABLE status
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
if(NOT status EQUAL 0)
  end_with_failure("the consumer cannot be configured:\n${output}")
endif()

set(ENV{GLIBC_TUNABLES} glibc.malloc.hugetlb=1) # see build() in dev
execute_process(
  COMMAND "${CMAKE_COMMAND}" --build "${CASE}"
  RESULT_VARIABLE status
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
unset(ENV{GLIBC_TUNABLES})
if(NOT status EQUAL 0 AND FAULT AND output MATCHES "${FAULT}")
  message(FATAL_ERROR "known not to build: ${CMAKE_MATCH_0}")
elseif(NOT status EQUAL 0)
  end_with_failure("the consumer does not build:\n${output}")
endif()
# CMake's rule for the module files of an imported target has a -c too many.
string(REPLACE "warning: argument unused during compilation: '-c'" "" output "${output}")
if(output MATCHES "warning:")
  end_with_failure("the consumer's build warns:\n${output}")
endif()

if(RUN)
  execute_process(COMMAND ${RUN} COMMAND_ERROR_IS_FATAL ANY)
  return()
endif()
execute_process(
  COMMAND "${CASE}/consumer"
  RESULT_VARIABLE status
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
if(NOT status EQUAL 0 OR NOT output STREQUAL "tap-1fdcc600\n")
  end_with_failure("the consumer ends with ${status} and prints:\n${output}")
elseif(FAULT)
  end_with_failure("it builds and runs; the case is no longer known to fail")
endif()
