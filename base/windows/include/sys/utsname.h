/*
 * utsname: the names of the machine and of the system.
 */
#ifndef VV_BASE_WINDOWS_UTSNAME_H
#define VV_BASE_WINDOWS_UTSNAME_H

struct utsname {
	char nodename[256];
	char sysname[16], release[32], machine[16];
};

int uname(struct utsname *out);

#endif
