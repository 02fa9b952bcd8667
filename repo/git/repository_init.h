/*
 * repository_init: makes a repository.
 */
#ifndef VV_REPO_GIT_REPOSITORY_INIT_H
#define VV_REPO_GIT_REPOSITORY_INIT_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

typedef struct vv_init_options {
	bool bare;
	const char *initial_branch; /* NULL: init.defaultBranch, or main */
	/* command that runs varve, for the settings; normally "varve"; quoted if needed */
	const char *program;
	const vv_env *env; /* as for vv_repository_open */
} vv_init_options;
/* Makes a repository, or completes an existing one: runs git init if there is no Git repository,
 * and makes the folder .git/varve and the settings of drivers.h. path: if it is NULL or ".", the
 * repository that contains the current folder is completed, or else a new one is made there; any
 * other path is the folder of the repository, which is made if needed. Sets *created to whether the
 * Git repository was made. */
vv_status vv_repository_init(vv_repository **out, const char *path, const vv_init_options *opts,
			     bool *created, vv_error *err);
/* Makes only the folder .git/varve and the settings, in an open repository. */
vv_status vv_repository_set_up(vv_repository *r, const char *program, vv_error *err);

#endif
