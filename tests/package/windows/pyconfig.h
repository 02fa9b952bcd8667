/* pyconfig: what Python's headers ask of Windows on x86-64, with Py_LIMITED_API and gcc. In place of Debian's file of this name. */
#ifndef Py_PYCONFIG_H
#define Py_PYCONFIG_H

#include <stdint.h>

#define MS_WINDOWS 1
#define MS_WIN32 1
#define MS_WIN64 1
#define NT_THREADS 1
#define WITH_THREAD 1
#define Py_ENABLE_SHARED 1
#define HAVE_DECLSPEC_DLL 1
#define HAVE_DYNAMIC_LOADING 1
#define HAVE_PY_SSIZE_T 1
typedef int64_t Py_ssize_t;
#define PY_SSIZE_T_MAX INT64_MAX
#define SIZEOF_INT 4
#define SIZEOF_LONG 4
#define SIZEOF_LONG_LONG 8
#define SIZEOF_SIZE_T 8
#define SIZEOF_VOID_P 8
#define SIZEOF_WCHAR_T 2
#define SIZEOF_PID_T 4
#define ALIGNOF_SIZE_T 8
#define HAVE_LONG_LONG 1
#define HAVE_STDINT_H 1
#define HAVE_STDDEF_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_STRING_H 1
#define HAVE_IO_H 1
#define HAVE_PROCESS_H 1

#endif
