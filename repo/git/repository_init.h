/*
 * repository_init: making a repository.
 */
#ifndef VV_REPO_GIT_REPOSITORY_INIT_H
#define VV_REPO_GIT_REPOSITORY_INIT_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Makes, or completes, a repository: git init if none exists, .git/varve, and the filter and merge
 * drivers in its config (program: the command there, normally "varve"; quoted for the shell if
 * needed). path NULL or ".": the repository that contains the current folder, else a new one in it;
 * any other path: exactly that folder, made if needed. Running it again is harmless. *created: is
 * the Git repository new? */
typedef struct vv_init_options {
	bool bare;
	const char *initial_branch; /* NULL: init.defaultBranch or main */
	const char *program;
	const vv_env *env; /* as for vv_repository_open */
} vv_init_options;
vv_status vv_repository_init(vv_repository **out, const char *path, const vv_init_options *opts,
			     bool *created, vv_error *err);
/* The folder .git/varve and the settings alone, of a repository that is open. */
vv_status vv_repository_set_up(vv_repository *r, const char *program, vv_error *err);

#endif
