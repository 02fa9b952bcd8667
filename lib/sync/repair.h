/*
 * repair: repairs the damage that fsck found, as far as the blocks are available.
 *
 * First, damaged packs are replaced (vv_store_salvage): their readable blocks are copied to new
 * packs, and only the unreadable ones are missing. Then missing blocks are restored: from the
 * replaced packs, from the tables of the work tree, or from the given peers. Only blocks that a
 * version needs are stored. A repair that was killed loses nothing, and can be run again.
 */
#ifndef VV_LIB_SYNC_REPAIR_H
#define VV_LIB_SYNC_REPAIR_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "lib/sync/needed.h"
#include "lib/tables/dataset_reader.h"

/* A version in the history. */
typedef struct vv_repair_version {
	vv_cid root; /* root of the version; null: the pointer cannot be read */
	char *path;
	vv_oid commit; /* null: the index */
} vv_repair_version;

/* The options of a repair. */
typedef struct vv_repair {
	vv_dataset_reader *reader;
	const vv_repair_version *versions; /* newest first */
	size_t count;
	const char *const *files; /* names of damaged packs in the folder of packs */
	size_t file_count;
	/* peers, at most VV_REPAIR_PEERS_MAX: names of remotes, or URLs; may be empty, but not
	 * NULL */
	const vv_strings *from;
	/* called for each version that is complete again, and, with version NULL, for each replaced
	 * file. what: a description of the repair and its source */
	vv_status (*told)(void *payload, const vv_repair_version *version, const char *file,
			  const char *what, vv_error *err);
	void *payload;
} vv_repair;

/* Repairs the damage in r->files and r->versions. Returns VV_OK even if some damage cannot be
 * repaired; the next fsck reports it. Records that versions of the repository may be incomplete
 * (vv_repository_set_incomplete). VV_ELOCKED: another process kept the store locked for a
 * minute. */
vv_status vv_repair_run(const vv_repair *r, vv_error *err);

#define VV_REPAIR_PEERS_MAX VV_NEEDED_FROM_MAX /* maximum number of peers in vv_repair.from */

#endif
