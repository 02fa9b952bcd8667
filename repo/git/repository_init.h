/*
 * repository_init: making a repository.
 */
#ifndef VV_REPO_GIT_REPOSITORY_INIT_H
#define VV_REPO_GIT_REPOSITORY_INIT_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Makes, or completes, a repository: git init where there is none, .git/varve,
 * and the filter and merge drivers in its config (program: what to call varve
 * there, normally "varve"; quoted for the shell if need be). path NULL or ".":
 * the repository that the current folder is in, else a new one right there;
 * any other path: that very folder, made if need be. Running it again is
 * harmless. *created: was there no Git repository before? */
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
