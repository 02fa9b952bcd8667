/*
 * hook: the hooks of the repository's owner.
 */
#ifndef VV_REPO_GIT_VERB_HOOK_H
#define VV_REPO_GIT_VERB_HOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Runs a local hook as Git does (core.hooksPath or <commondir>/hooks, in the work tree's top
 * folder, GIT_DIR and GIT_INDEX_FILE set); a missing or non-executable one is fine. args is
 * NULL-ended (or NULL). VV_ECONFLICT when it exits non-zero. The hook shares the repository's turn
 * (write_turn.h). */
vv_status vv_hook_run(vv_repository *r, const char *name, const char *const *args, bool *ran,
		      vv_error *err);
/* The same, with input on its stdin. VARVE_HOOK has its name. */
vv_status vv_hook_run_with(vv_repository *r, const char *name, const char *const *args,
			   const void *input, size_t len, bool *ran, vv_error *err);
/* Installs a hook where git runs it: text, which contains mark. A foreign hook is renamed to name +
 * suffix first, for text to call. Only into the repository's own hooks folder: VV_HOOK_ELSEWHERE
 * if core.hooksPath (or a link) leads out of the Git folder, since that may be a folder of the
 * work tree or of other repositories; VV_HOOK_BLOCKED if both a foreign hook and a renamed one
 * exist. Nothing is changed in these cases. */
typedef enum vv_hook_place {
	VV_HOOK_SET,
	VV_HOOK_THERE,
	VV_HOOK_ELSEWHERE,
	VV_HOOK_BLOCKED
} vv_hook_place;
vv_status vv_hook_install(vv_repository *r, const char *name, const char *suffix, const char *text,
			  const char *mark, vv_hook_place *out, vv_error *err);
/* The hook that git would run. */
typedef struct vv_hook_found {
	char *path; /* of the hook; vv_hook_found_clear */
	char *own;  /* the file that people write, if a tool writes that one (husky); else NULL */
	bool there, runs; /* the file; and git would run it */
	bool calls;     /* it contains mark, or the script that it runs does (pre-commit's .legacy,
		     * husky's own) */
	bool ours;      /* it is text, to the byte */
	bool elsewhere; /* as VV_HOOK_ELSEWHERE */
} vv_hook_found;
vv_status vv_hook_find(vv_hook_found *out, vv_repository *r, const char *name, const char *text,
		       const char *mark, vv_error *err);
void vv_hook_found_clear(vv_hook_found *f);
VV_AUTO_CLEAR(vv_hook_found, vv_hook_found_clear)
/* Removes the hook of vv_hook_install and restores a renamed one. A hook that only contains mark,
 * or is in a folder elsewhere, stays. *removed: was one removed? */
vv_status vv_hook_remove(vv_repository *r, const char *name, const char *suffix, const char *text,
			 bool *removed, vv_error *err);

#endif
