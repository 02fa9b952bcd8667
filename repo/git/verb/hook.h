/*
 * hook: runs, installs, finds and removes Git hooks.
 */
#ifndef VV_REPO_GIT_VERB_HOOK_H
#define VV_REPO_GIT_VERB_HOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Runs the hook called name as Git does: from core.hooksPath or <commondir>/hooks, in the top
 * folder of the work tree, with GIT_DIR and GIT_INDEX_FILE set. args ends with NULL, and may be
 * NULL. Sets *ran to false, and returns VV_OK, if the hook does not exist or is not executable.
 * VV_ECONFLICT: the exit code of the hook is not 0. The hook may write to the repository although
 * this process has the write turn (write_turn.h). */
vv_status vv_hook_run(vv_repository *r, const char *name, const char *const *args, bool *ran,
		      vv_error *err);
/* Like vv_hook_run, and also writes input to the hook's stdin. The environment variable VARVE_HOOK
 * has the name of the hook. */
vv_status vv_hook_run_with(vv_repository *r, const char *name, const char *const *args,
			   const void *input, size_t len, bool *ran, vv_error *err);
/* The result of vv_hook_install. */
typedef enum vv_hook_place {
	VV_HOOK_SET, /* the hook was installed */
	/* the existing hook already contains mark, or runs a script with mark */
	VV_HOOK_THERE,
	/* core.hooksPath or a link leads out of the Git folder, to a folder that may belong to the
	 * work tree or to other repositories */
	VV_HOOK_ELSEWHERE,
	/* the existing hook cannot be renamed because "<name><suffix>" exists */
	VV_HOOK_BLOCKED
} vv_hook_place;
/* Installs the script `text`, which contains the text mark, as the hook called name. An existing
 * hook without mark is first renamed to "<name><suffix>", so that the script can call it. Sets *out
 * to the result. Changes nothing unless the result is VV_HOOK_SET. */
vv_status vv_hook_install(vv_repository *r, const char *name, const char *suffix, const char *text,
			  const char *mark, vv_hook_place *out, vv_error *err);
/* The hook that git would run, compared with varve's script. */
typedef struct vv_hook_found {
	char *path; /* path of the hook */
	/* if a tool such as husky generates the hook: the script that people edit, which the hook
	 * runs; else NULL */
	char *own;
	bool there,   /* the hook exists */
		runs; /* git would run the hook */
	/* the hook contains mark, or runs a script that contains mark (pre-commit's .legacy,
	 * husky's own) */
	bool calls;
	bool ours;      /* the content of the hook is exactly `text` */
	bool elsewhere; /* the hook is outside of the Git folder (VV_HOOK_ELSEWHERE) */
} vv_hook_found;
/* Sets *out to a description of the hook called name that git would run. The caller clears *out
 * with vv_hook_found_clear. text, mark: as in vv_hook_install. */
vv_status vv_hook_find(vv_hook_found *out, vv_repository *r, const char *name, const char *text,
		       const char *mark, vv_error *err);
void vv_hook_found_clear(vv_hook_found *f);
VV_AUTO_CLEAR(vv_hook_found, vv_hook_found_clear)
/* Removes the hook called name that vv_hook_install installed, and restores the renamed hook. Does
 * not remove a hook whose content is not exactly `text`, or that is outside of the Git folder. Sets
 * *removed to true if the hook was removed. */
vv_status vv_hook_remove(vv_repository *r, const char *name, const char *suffix, const char *text,
			 bool *removed, vv_error *err);

#endif
