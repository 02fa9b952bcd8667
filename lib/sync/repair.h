/*
 * repair: repairs the damage that fsck found, as far as a peer has the blocks.
 *
 * First it retires damaged packs (vv_store_salvage), so that only their lost blocks are missing.
 * Then it searches missing blocks in retired packs, makes them again from the tables of the work
 * tree, and fetches them from the named peers. Only blocks that a version needs are stored. If the
 * repair is killed, nothing is lost, and it can be run again.
 */
#ifndef VV_LIB_SYNC_REPAIR_H
#define VV_LIB_SYNC_REPAIR_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "lib/tables/dataset_reader.h"

/* A version that the history names. */
typedef struct vv_repair_version {
	vv_cid root; /* null: the pointer cannot be read */
	char *path;
	vv_oid commit; /* null: the index */
} vv_repair_version;

typedef struct vv_repair {
	vv_dataset_reader *reader;
	const vv_repair_version *versions; /* newest first */
	size_t count;
	const char *const *files; /* damaged packs, in the packs' folder */
	size_t file_count;
	const vv_strings *from; /* peers: names of remotes, or URLs */
	/* Called after each repair of a version or (version NULL) of a file. what: how it was
	 * repaired, and from which source. */
	vv_status (*told)(void *payload, const vv_repair_version *version, const char *file,
			  const char *what, vv_error *err);
	void *payload;
} vv_repair;

/* Damage that cannot be repaired is not reported here, but by the next fsck. VV_ELOCKED. */
vv_status vv_repair_run(const vv_repair *r, vv_error *err);

#define VV_REPAIR_PEERS_MAX 8u

#endif
