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

/* Runs the hook called name as Git does. The hook is in core.hooksPath or <commondir>/hooks. It
 * runs in the top folder of the work tree, or in the Git folder of a bare repository, and has
 * GIT_DIR, GIT_INDEX_FILE and VARVE_HOOK (its name) in its environment. Its stdout goes to stderr.
 * args ends with NULL, and may be NULL. Sets *ran to true if the hook ran. If the hook does not
 * exist or is not executable, *ran is false and the status is VV_OK. VV_ECONFLICT: the exit code of
 * the hook is not 0. The hook shares the write turn of this process (write_turn.h). */
vv_status vv_hook_run(vv_repository *r, const char *name, const char *const *args, bool *ran,
		      vv_error *err);
/* Sets *out to true if the settings have a hook called name (hook.<friendly name>.event), and git
 * runs it, as git 2.54 and later do. vv_hook_run then has git run all hooks of this name. */
vv_status vv_hook_is_set(bool *out, vv_repository *r, const char *name, vv_error *err);
/* Like vv_hook_run, but also writes the len bytes of input to the hook's stdin. */
vv_status vv_hook_run_with(vv_repository *r, const char *name, const char *const *args,
			   const void *input, size_t len, bool *ran, vv_error *err);
/* The result of vv_hook_install. */
typedef enum vv_hook_place {
	VV_HOOK_SET, /* the hook was installed */
	/* the existing hook already contains mark, or runs a script that does; nothing was
	 * changed */
	VV_HOOK_THERE,
	/* core.hooksPath or a symbolic link leads out of the Git folder; that folder may belong to
	 * the work tree or to other repositories */
	VV_HOOK_ELSEWHERE,
	/* the existing hook cannot be renamed because "<name><suffix>" exists */
	VV_HOOK_BLOCKED
} vv_hook_place;
/* Installs the script `text`, which contains the text mark, as the hook called name. First renames
 * an existing hook without mark to "<name><suffix>", so that the script can call it. Sets *out to
 * the result. The hook is changed only if the result is VV_HOOK_SET. */
vv_status vv_hook_install(vv_repository *r, const char *name, const char *suffix, const char *text,
			  const char *mark, vv_hook_place *out, vv_error *err);
/* The hook that git would run at a name, compared with varve's script. */
typedef struct vv_hook_found {
	char *path; /* path of the hook */
	/* the script that the hook runs and the user edits, if husky generates the hook; else
	 * NULL */
	char *own;
	bool there,   /* the hook exists */
		runs; /* git would run the hook */
	/* the hook contains mark, or runs a script that does (pre-commit's <name>.legacy, or
	 * `own`) */
	bool calls;
	bool ours;      /* the content of the hook is exactly `text` */
	bool elsewhere; /* the hook is outside of the Git folder (VV_HOOK_ELSEWHERE) */
} vv_hook_found;
/* Sets *out to a description of the hook called name, even if no such hook exists. The caller
 * clears *out with vv_hook_found_clear, also after a failure. text, mark: as in vv_hook_install. */
vv_status vv_hook_find(vv_hook_found *out, vv_repository *r, const char *name, const char *text,
		       const char *mark, vv_error *err);
void vv_hook_found_clear(vv_hook_found *f);
VV_AUTO_CLEAR(vv_hook_found, vv_hook_found_clear)
/* Removes the hook called name that vv_hook_install installed, and gives the renamed hook its name
 * again. Does nothing if the content of the hook is not exactly `text`, or if the hook is outside
 * of the Git folder; *removed is then false, else true. */
vv_status vv_hook_remove(vv_repository *r, const char *name, const char *suffix, const char *text,
			 bool *removed, vv_error *err);

#endif
