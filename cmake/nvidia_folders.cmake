# SPDX-License-Identifier: Apache-2.0
# Where NVIDIA's own installers, Debian, conda, EasyBuild and Python's wheels put libraries, and CUDA's
# headers, which theirs include.
set(ai500_nvidia_include_suffixes include include/x86_64-linux-gnu include/aarch64-linux-gnu)

# ai500_nvidia_folders(<result> <name>): best first. A person says where it is with -D<NAME>_ROOT=... or
# the environment variable <NAME>_ROOT.
function(ai500_nvidia_folders result name)
  string(TOUPPER ${name} upper)
  set(roots "${${upper}_ROOT}" "$ENV{${upper}_ROOT}" "$ENV{EBROOT${upper}}" "$ENV{${upper}_HOME}"
            "$ENV{CONDA_PREFIX}")
  if(DEFINED ENV{CONDA_PREFIX})
    list(APPEND roots $ENV{CONDA_PREFIX}/targets/x86_64-linux)
  endif()
  # Wheels: nvidia/<name>, and CUDA's headers in nvidia/cu13 or nvidia/cuda_runtime.
  foreach(prefix IN ITEMS "$ENV{VIRTUAL_ENV}" "$ENV{CONDA_PREFIX}" "$ENV{HOME}/.local" /usr/local /usr)
    if(prefix)
      foreach(packages IN ITEMS site-packages dist-packages)
        set(folder ${prefix}/lib/python3*/${packages}/nvidia)
        file(GLOB wheels ${folder}/${name} ${folder}/cu1[0-9] ${folder}/cuda_runtime)
        list(APPEND roots ${wheels})
      endforeach()
    endif()
  endforeach()
  list(APPEND roots "$ENV{CUDA_HOME}" "$ENV{CUDA_PATH}" "$ENV{EBROOTCUDA}" /usr/local/cuda)
  list(REMOVE_ITEM roots "")
  set(${result} ${roots} PARENT_SCOPE)
endfunction()
