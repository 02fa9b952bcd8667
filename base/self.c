/*
 * self: knows where Linux tells what runs.
 */
#include "base/self.h"

#include <limits.h>
#include <unistd.h>

#include "base/sys.h"

char *vv_self_path(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	/* A program that was replaced while it runs is shown with " (deleted)" behind it. */
	if (n > 0 && n < (ssize_t)sizeof(path)) {
		path[n] = '\0';
		if (access(path, X_OK) == 0) {
			return vv_strndup(path, (size_t)n);
		}
	}
	return vv_strdup("varve");
}
