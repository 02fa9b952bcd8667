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

/* Runs a hook as Git does: from core.hooksPath or <commondir>/hooks, in the top folder of the work
 * tree, with GIT_DIR and GIT_INDEX_FILE set. args ends with NULL, and may be NULL. Sets *ran to
 * false, and returns VV_OK, if the hook does not exist or is not executable. VV_ECONFLICT: the exit
 * code of the hook is not 0. The hook may write to the repository although this process has the
 * write turn (write_turn.h). */
vv_status vv_hook_run(vv_repository *r, const char *name, const char *const *args, bool *ran,
		      vv_error *err);
/* Like vv_hook_run, and also writes input to the hook's stdin. The variable VARVE_HOOK has the name
 * of the hook. */
vv_status vv_hook_run_with(vv_repository *r, const char *name, const char *const *args,
			   const void *input, size_t len, bool *ran, vv_error *err);
typedef enum vv_hook_place {
	VV_HOOK_SET,
	VV_HOOK_THERE,
	VV_HOOK_ELSEWHERE,
	VV_HOOK_BLOCKED
} vv_hook_place;
/* Installs the script `text`, which contains mark, as a hook. An existing hook without mark is
 * first renamed to its name and suffix, so that text can call it. Sets *out: VV_HOOK_SET, the hook
 * was installed. VV_HOOK_THERE, the existing hook already contains or runs mark. VV_HOOK_ELSEWHERE,
 * core.hooksPath or a link leads out of the Git folder, to a folder that may belong to the work
 * tree or to other repositories. VV_HOOK_BLOCKED, the existing hook cannot be renamed because a
 * renamed hook exists already. Nothing is changed unless *out is VV_HOOK_SET. */
vv_status vv_hook_install(vv_repository *r, const char *name, const char *suffix, const char *text,
			  const char *mark, vv_hook_place *out, vv_error *err);
typedef struct vv_hook_found {
	char *path; /* path of the hook */
	/* if a tool such as husky generates the hook: the script that people edit and the hook
	 * runs; else NULL */
	char *own;
	bool there,   /* the hook exists */
		runs; /* git would run the hook */
	/* the hook contains mark, or runs a script that does (pre-commit's .legacy, husky's own) */
	bool calls;
	bool ours;      /* the content of the hook is exactly text */
	bool elsewhere; /* the hook is outside of the Git folder (VV_HOOK_ELSEWHERE) */
} vv_hook_found;
/* Describes the hook that git would run; release with vv_hook_found_clear. */
vv_status vv_hook_find(vv_hook_found *out, vv_repository *r, const char *name, const char *text,
		       const char *mark, vv_error *err);
void vv_hook_found_clear(vv_hook_found *f);
VV_AUTO_CLEAR(vv_hook_found, vv_hook_found_clear)
/* Removes a hook that vv_hook_install installed, and restores the renamed hook. Does not remove a
 * hook whose content is not exactly text, or that is outside of the Git folder. Sets *removed to
 * whether a hook was removed. */
vv_status vv_hook_remove(vv_repository *r, const char *name, const char *suffix, const char *text,
			 bool *removed, vv_error *err);

#endif
