/*
 * program_start: the arguments of main, the bytes between the parts of a path in them, and the names of files of programs,
 * which differ by system.
 */
#ifndef VV_BASE_PROGRAM_START_H
#define VV_BASE_PROGRAM_START_H

/* Returns the arguments of main as UTF-8, and sets *argc to their number. Makes stdin, stdout and stderr pass
 * bytes on as they are. On systems other than Windows, returns argv. Call before anything is read or written. */
char **vv_os_arguments(int *argc, char **argv);

/* The end of the file name of a program, and what separates the parts of a path that a user gives. */
#ifdef _WIN32
#define VV_OS_PROGRAM_ENDING ".exe"
#define VV_OS_SLASHES "/\\"
#else
#define VV_OS_PROGRAM_ENDING ""
#define VV_OS_SLASHES "/"
#endif

#endif
