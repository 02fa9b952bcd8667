/*
 * utsname: the name of the machine.
 */
#ifndef VV_BASE_WINDOWS_UTSNAME_H
#define VV_BASE_WINDOWS_UTSNAME_H

struct utsname {
	char nodename[256];
};

int uname(struct utsname *out);

#endif
