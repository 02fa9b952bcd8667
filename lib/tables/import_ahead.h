/*
 * import_ahead: imports small files of the work tree in threads of the pool, side by side.
 *
 * The blocks of an import are in memory until its end, so that stored blocks and their order
 * do not depend on which thread was ready first.
 */
#ifndef VV_LIB_TABLES_IMPORT_AHEAD_H
#define VV_LIB_TABLES_IMPORT_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"
#include "lib/tables/dataset_reader.h"

typedef struct vv_dataset_found vv_dataset_found;
typedef struct vv_dataset_options vv_dataset_options;

/* One value = one import in another thread. */
typedef struct vv_import_ahead vv_import_ahead;

/* One value = the options of such an import. */
typedef struct vv_import_ahead_how {
	const vv_dataset_options *opts; /* borrowed until the end of the import */
	/* reads the blocks that exist, and receives those of the import at its end. Not used by a
	 * dry import */
	vv_sink below;
	bool dry; /* nothing is stored; blocks are read from the repository's store */
	/* a dry import: do not determine how many row groups are new in the store, which takes a
	 * search for each */
	bool uncounted;
	uint64_t limit; /* of the bytes of a dry import's blocks (vv_mem_sink_limit) */
	/* Called in the thread after an import that succeeded, with its result, before that is
	 * compared with the previous version, and its blocks. May be NULL. */
	void (*then)(void *payload, const vv_dataset_found *found, vv_mem_sink *blocks);
	void *payload; /* first argument of `then` */
} vv_import_ahead_how;

/* Returns the number of imports that keep the threads of r busy; 0: r has no threads. */
size_t vv_import_ahead_most(vv_dataset_reader *r);

/* Starts to import the work tree file at `path`. Sets *out to NULL if it is not a file for this: it
 * is large, missing, or a pointer, or its inputs cannot be read. */
void vv_import_ahead_begin(vv_import_ahead **out, vv_dataset_reader *r, const char *path,
			   const vv_import_ahead_how *how);
/* Returns true if a is an import of `path` with these options, which are compared by address. */
bool vv_import_ahead_is_of(const vv_import_ahead *a, const char *path,
			   const vv_dataset_options *opts);
/* Waits for the import, puts its blocks into the sink unless it is dry, sets *out, which must be
 * initialised, to the result, and frees take_a. VV_ENOTFOUND: the import failed, the file changed
 * meanwhile, or earlier versions decide on types; nothing was stored, and another import does it again. */
vv_status vv_import_ahead_end(vv_import_ahead *take_a, vv_dataset_found *out, vv_error *err);
void vv_import_ahead_drop(vv_import_ahead *a); /* waits for the import and frees it; accepts NULL */

#endif
