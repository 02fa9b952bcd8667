/*
 * self: the program that runs.
 */
#ifndef VV_BASE_SELF_H
#define VV_BASE_SELF_H

/* Path of this process's executable, to run it again; owned by the caller. Where the system
 * does not tell: "varve", to be found on the PATH. NULL when out of memory. */
char *vv_self_path(void);

#endif
