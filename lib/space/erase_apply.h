/*
 * erase_apply: rewrites the history of a repository without what 'varve erase' has found.
 *
 * 	vv_erase_may_apply(repo, err);
 * 	vv_erase_apply(&done, &found, cells, ready, payload, repo, err);
 * 	vv_erase_applied_clear(&done);
 *
 * The order is: new versions, durable and compared; trees, commits and tags; files and index; refs;
 * reflogs. Only then are the old objects removed (erase_free.h). Commits before the first one with
 * a value keep their ids, and so does every commit whose content, message and persons stay.
 * If it is interrupted, a search and an application finish it.
 */
#ifndef VV_LIB_SPACE_ERASE_APPLY_H
#define VV_LIB_SPACE_ERASE_APPLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "lib/space/erase.h"
#include "lib/space/erase_edit.h"
#include "repo/git/history/rewrite.h"
#include "repo/git/repository.h"

/* The result. */
typedef struct vv_erase_applied {
	vv_erase_editor *editor; /* vv_erase_editor_done and so on */
	vv_rewrite *rewrite;     /* vv_rewrite_changed, vv_rewrite_unsigned */
	uint64_t refs;           /* number of refs that were moved */
	vv_string_list tags;     /* signed ones that have lost their signature */
} vv_erase_applied;
void vv_erase_applied_clear(vv_erase_applied *a);
VV_AUTO_CLEAR(vv_erase_applied, vv_erase_applied_clear)

/* Checks that the history of r can be rewritten. VV_EREFUSED, with the reason: an operation is in
 * progress, HEAD is detached, the clone is shallow or partial, another repository or work tree
 * needs the old commits, a head is signed, or the work tree has changes. */
vv_status vv_erase_may_apply(vv_repository *r, vv_error *err);

/* Is called when everything new is durable, before the first file or ref changes. */
typedef vv_status (*vv_erase_ready_fn)(void *payload, const vv_erase_applied *a, vv_error *err);

/* Rewrites the history. found: the result of a search with `from` NULL. cells: as for
 * vv_erase_editor_open. The caller has the turn (write_turn.h). If it fails before the refs are
 * moved, history, index and files are unchanged. */
vv_status vv_erase_apply(vv_erase_applied *out, vv_erase *found, const char *cells,
			 vv_erase_ready_fn ready, void *payload, vv_repository *r, vv_error *err);

#endif
