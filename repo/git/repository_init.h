/*
 * repository_init: makes a repository, or sets up an existing one for varve.
 */
#ifndef VV_REPO_GIT_REPOSITORY_INIT_H
#define VV_REPO_GIT_REPOSITORY_INIT_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Options of vv_repository_init. */
typedef struct vv_init_options {
	bool bare;                  /* make a bare repository */
	const char *initial_branch; /* NULL: init.defaultBranch, or main */
	/* the command for varve in the settings of drivers.h; normally "varve"; quoted if needed */
	const char *program;
	const vv_env *env; /* the environment, as for vv_repository_open */
} vv_init_options;
/* Makes a repository, or sets up an existing one, and opens it: runs git init if no Git repository
 * exists, and makes the folder .git/varve and the settings of drivers.h. If path is NULL or ".",
 * sets up the repository that contains the current folder, or makes a repository in the current
 * folder. Any other path is the folder of the repository, which is made if needed. Sets *created to
 * true if a Git repository was made. */
vv_status vv_repository_init(vv_repository **out, const char *path, const vv_init_options *opts,
			     bool *created, vv_error *err);
/* Makes only the folder .git/varve and the settings of drivers.h, in the open repository r.
 * program: as in vv_init_options. */
vv_status vv_repository_set_up(vv_repository *r, const char *program, vv_error *err);

#endif
