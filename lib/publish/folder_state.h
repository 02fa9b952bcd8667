/*
 * folder_state: reads and writes the file "folder" of a published folder (docs/formats/folder.md).
 *
 *	varve folder 1
 *	pack <bytes> <name>       a listed pack of repo.git, oldest first
 *	file <blob> <bytes> <path>
 *	                          the file of a table; bytes 0: the file at path may still be
 *	                          the file of another version
 *	hash <number> <path>      after another line with this path: XXH3-64 of the file's bytes
 *	gone <seconds> <path>     a file that has been unreferenced since this time
 *	held <bytes> <path>       a pack, index, list or web page that the last run wrote;
 *	                          for the path "versions", <bytes> is the number of files in
 *	                          that folder
 *
 * The file, called the mark, shows that varve wrote the folder. It is written before the new packs
 * are listed and before the tables are written. So after a killed run, the next run finds the files
 * of that run. Exported pages (cmd/web/pages/export_folder.h) have a file of this format, too,
 * named VV_FOLDER_EXPORT.
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

#define VV_FOLDER_VERSIONS "versions"   /* name of the folder with the lists of versions */
#define VV_FOLDER_LOCK ".varve-lock"    /* name of the lock file */
#define VV_FOLDER_EXPORT "varve-export" /* name of the file for exported pages */

/* A line. */
typedef struct vv_folder_item {
	const char *name; /* name of a pack; otherwise path of a file */
	uint64_t number;  /* the number in the line: <bytes>, <seconds>, or a number of files */
	vv_oid blob;      /* "file": blob of the table */
	uint64_t hash;    /* hash of the bytes, from the line "hash"; 0: unknown */
	bool kept;        /* for use by the caller */
} vv_folder_item;
/* All lines of a kind. */
typedef struct vv_folder_items {
	vv_folder_item *items;
	size_t count, cap;
} vv_folder_items;

/* The content of a file. */
typedef struct vv_folder_state {
	vv_arena arena; /* memory of the names */
	vv_folder_items packs, files, gone, held;
} vv_folder_state;

/* Reads the file with the name `mark` in the folder dir into *out, and sets *there to true. If the
 * folder does not exist or is empty, empties *out and sets *there to false. A lock file and
 * temporary files of varve do not count. The caller clears *out, also after a failure. VV_EREFUSED:
 * the folder has other files, but not the mark. VV_ECORRUPT: the file is damaged, or this varve
 * cannot update the folder. VV_ENOSUPPORT: a newer varve wrote the file. */
vv_status vv_folder_state_read(vv_folder_state *out, const char *dir, const char *mark, bool *there,
			       vv_error *err);
/* Writes s durably to the file with the name `mark` in the folder dir. */
vv_status vv_folder_state_write(const vv_folder_state *s, const char *dir, const char *mark,
				vv_error *err);
void vv_folder_state_clear(vv_folder_state *s);
VV_AUTO_CLEAR(vv_folder_state, vv_folder_state_clear)

/* Adds an item with `name`, which is copied, and `number` to *to, one of the lists of s, and
 * returns it; NULL if out of memory. The item is valid until the next addition to the list. */
vv_folder_item *vv_folder_items_add(vv_folder_state *s, vv_folder_items *to, const char *name,
				    uint64_t number);
/* Returns the item of `in` with this name, or NULL if there is none. */
vv_folder_item *vv_folder_items_find(const vv_folder_items *in, const char *name);
/* Returns true if the folder dir has a regular file of `bytes` bytes at `path`. */
bool vv_folder_has(const char *dir, const char *path, uint64_t bytes);
/* Returns true if the folder dir has the file it->name, with the length it->number and the hash
 * it->hash. */
bool vv_folder_has_bytes(const char *dir, const vv_folder_item *it);
/* Sets *out to the number of files in `folder` within dir; to 0 if it does not exist. */
vv_status vv_folder_count(uint64_t *out, const char *dir, const char *folder, vv_error *err);
/* Sets s->held to the files of the folder dir with their lengths: the packs and lists of blocks of
 * the store, and the packs of repo.git with their indexes. Adds an item for the folder "versions",
 * with the number of its files. */
vv_status vv_folder_state_hold(vv_folder_state *s, const char *dir, vv_error *err);
/* Removes from the folder dir the files in s->gone that have been unreferenced since `until` (in
 * seconds since 1970) or an earlier time, and removes their items from s->gone. A file behind a
 * symbolic link is not removed. Folders that become empty are removed. */
vv_status vv_folder_state_sweep(vv_folder_state *s, const char *dir, uint64_t until, vv_error *err);

#endif
