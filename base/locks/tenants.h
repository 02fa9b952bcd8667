/*
 * tenants: finds processes that may own locks of Git in a repository.
 *
 * A lock file does not name its owner, and git closes the file while an editor or a hook runs. So a
 * process may own a lock if it has a lock file of the repository open, or if it is a git whose
 * current folder, GIT_DIR, other variables or arguments are in the repository. The processes that
 * this process started do not count, and no git that only reads (cat-file, check-attr ...).
 *
 * 	char who[VV_TENANT_WORDS];
 *
 * 	if (vv_tenants_find(who, &(vv_tenancy){.git = ...}, lock) == VV_TENANTS_NONE) ... no running process has made the lock
 */
#ifndef VV_BASE_LOCKS_TENANTS_H
#define VV_BASE_LOCKS_TENANTS_H

#include <stddef.h>

#define VV_TENANT_WORDS 160u

typedef enum vv_tenants {
	VV_TENANTS_NONE,
	VV_TENANTS_SOME,
	/* The system does not list processes, the lock belongs to another user, or the file system
	 * may be shared with other machines. */
	VV_TENANTS_UNKNOWN
} vv_tenants;

/* The absolute paths of a repository's folders. */
typedef struct vv_tenancy {
	const char *git, *common, *work; /* work may be NULL */
	const char *own[2];              /* varve's folders, whose locks are not Git's */
} vv_tenancy;

/* Looks for a process that may own the lock file `lock`. Sets who to words for messages: "process
 * 12, 'git commit'" if the result is VV_TENANTS_SOME, a reason if it is VV_TENANTS_UNKNOWN, else "".
 * A lock that was made before the machine started has no living owner on systems that do not list
 * processes. Processes in a container's own PID namespace do not see those outside. */
vv_tenants vv_tenants_find(char who[VV_TENANT_WORDS], const vv_tenancy *r, const char *lock);

#endif
