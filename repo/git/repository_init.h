/*
 * repository_init: makes a repository, or sets up an existing one for varve.
 */
#ifndef VV_REPO_GIT_REPOSITORY_INIT_H
#define VV_REPO_GIT_REPOSITORY_INIT_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Options of vv_repository_init; zeroed members are the defaults. */
typedef struct vv_init_options {
	bool bare;                  /* make a bare repository, if none exists */
	const char *initial_branch; /* NULL: the user's init.defaultBranch, or main */
	/* the command that the settings of drivers.h run; NULL: "varve". The function quotes it */
	const char *program;
	const vv_env *env; /* the environment, as for vv_repository_open */
} vv_init_options;
/* Makes a repository, or sets up an existing one, and opens it. Runs git init if no Git repository
 * exists, and then does what vv_repository_set_up does. If path is NULL or ".", and opts->bare is
 * not set, the repository is the one that contains the current folder; if there is none, it is made
 * in the current folder, or in GIT_DIR if set. Otherwise, path is the folder of the repository
 * itself, which is made if needed. Sets *created to true if a Git repository was made. The caller
 * closes *out with vv_repository_close. */
vv_status vv_repository_init(vv_repository **out, const char *path, const vv_init_options *opts,
			     bool *created, vv_error *err);
/* Makes the folder .git/varve, and writes the settings of drivers.h and, if neither diff.tool nor
 * merge.tool is set, diff.tool=varve. program: as in vv_init_options. */
vv_status vv_repository_set_up(vv_repository *r, const char *program, vv_error *err);

#endif
