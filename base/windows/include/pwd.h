/*
 * pwd: Windows has no table of users; base/windows/environment.c sets HOME and USER.
 */
#ifndef VV_BASE_WINDOWS_PWD_H
#define VV_BASE_WINDOWS_PWD_H

#include <errno.h>
#include <stddef.h>

struct passwd {
	char *pw_name, *pw_dir;
};

static inline int getpwuid_r(unsigned user, struct passwd *entry, char *text, size_t size,
			     struct passwd **found)
{
	(void)user;
	(void)entry;
	(void)text;
	(void)size;
	*found = NULL;
	return ENOENT;
}

#endif
