/*
 * folder_state: the file "folder" of a published folder (docs/formats/folder.md).
 *
 *	varve folder 1
 *	pack <bytes> <name>       a pack of repo.git in the list for readers, oldest first
 *	file <blob> <bytes> <path> a table; bytes 0: it may be of another version
 *	hash <number> <path>      below a line of a file: the XXH3-64 of its bytes
 *	gone <seconds> <path>     unreferenced since then
 *	held <bytes> <path>       a pack, an index, a list or a page written by the last run; for "versions" its number of files
 *
 * It marks the folder as varve's, and is written before its entries are used, so that the next run recognises a killed one.
 * Exported pages (cmd/web/pages/export_folder.h) have such a file of their own, VV_FOLDER_EXPORT.
 */
#ifndef VV_LIB_PUBLISH_FOLDER_STATE_H
#define VV_LIB_PUBLISH_FOLDER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "repo/git/oid.h"

#define VV_FOLDER_VERSIONS "versions"
#define VV_FOLDER_LOCK ".varve-lock"
#define VV_FOLDER_EXPORT "varve-export" /* what "folder" is, of pages */

typedef struct vv_folder_item {
	const char *name;
	uint64_t number;
	vv_oid blob;   /* of a table */
	uint64_t hash; /* of its bytes; 0: not known */
	bool kept;     /* for the caller's loops */
} vv_folder_item;
typedef struct vv_folder_items {
	vv_folder_item *items;
	size_t count, cap;
} vv_folder_items;

typedef struct vv_folder_state {
	vv_arena arena;
	vv_folder_items packs, files, gone, held;
} vv_folder_state;

/* mark: the file's name. *there false: the folder is new, or empty. VV_EREFUSED: something else is in it. VV_ECORRUPT. */
vv_status vv_folder_state_read(vv_folder_state *out, const char *dir, const char *mark, bool *there,
			       vv_error *err);
/* Durably. */
vv_status vv_folder_state_write(const vv_folder_state *s, const char *dir, const char *mark,
				vv_error *err);
void vv_folder_state_clear(vv_folder_state *s);
VV_AUTO_CLEAR(vv_folder_state, vv_folder_state_clear)

/* One more; name is copied. NULL: out of memory. */
vv_folder_item *vv_folder_items_add(vv_folder_state *s, vv_folder_items *to, const char *name,
				    uint64_t number);
vv_folder_item *vv_folder_items_find(const vv_folder_items *in, const char *name); /* NULL */
/* Is the file there, of this length? */
bool vv_folder_has(const char *dir, const char *path, uint64_t bytes);
/* Is it the file that was written, to the byte? */
bool vv_folder_has_bytes(const char *dir, const vv_folder_item *it);
/* How many files are in a folder of it; 0 if it is not there. */
vv_status vv_folder_count(uint64_t *out, const char *dir, const char *folder, vv_error *err);
/* Notes the packs, lists and versions of the store, and the packs of repo.git with their indexes. */
vv_status vv_folder_state_hold(vv_folder_state *s, const char *dir, vv_error *err);
/* Removes files that were unreferenced by then, ignoring failures; files in use again stay and are
 * unmarked. */
vv_status vv_folder_state_sweep(vv_folder_state *s, const char *dir, uint64_t until, vv_error *err);

#endif
