# Installs the manual page and the completions, and looks where man, bash and zsh
# look for them.
set(stage "${BINARY_DIR}/tests/cli/stage")
file(REMOVE_RECURSE "${stage}")
set(ENV{DESTDIR} "${stage}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BINARY_DIR}" --component manual
                        COMMAND_ERROR_IS_FATAL ANY)

foreach(file IN ITEMS "${MAN}/man1/vmnet.1" "${DATA}/bash-completion/completions/vmnet"
                      "${DATA}/zsh/site-functions/_vmnet")
  if(NOT EXISTS "${stage}${file}")
    message(SEND_ERROR "not installed: ${file}")
  endif()
endforeach()
