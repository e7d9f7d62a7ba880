# What the modules need of the compiler and the generator, said before anything
# fails in a way that names neither.

if(NOT CMAKE_GENERATOR MATCHES "Ninja|Visual Studio")
  message(FATAL_ERROR "vmnet is made of C++20 modules, which CMake builds with the Ninja generator "
                      "only (here: ${CMAKE_GENERATOR}). Configure with -G Ninja.")
endif()

set(_vmnet_oldest "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(_vmnet_oldest 19)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(_vmnet_oldest 15)
endif()
if(_vmnet_oldest AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS _vmnet_oldest)
  message(FATAL_ERROR "vmnet needs C++20 modules from Clang 19 or GCC 15 or later (here: "
                      "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}). Choose a compiler "
                      "with -DCMAKE_CXX_COMPILER=clang++-22, or use a preset.")
endif()
unset(_vmnet_oldest)

# Developer mode: every warning that both compilers can keep, as an error. Only in
# the build itself: CMake exports the private options of a target with modules,
# and an importer's rebuild of the interfaces is not ours to judge.
function(vmnet_developer_warnings target)
  if(NOT VMNET_DEVELOPER)
    return()
  endif()
  foreach(option IN ITEMS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                          -Wold-style-cast -Wcast-qual -Werror)
    target_compile_options(${target} PRIVATE $<BUILD_INTERFACE:${option}>)
  endforeach()
endfunction()
