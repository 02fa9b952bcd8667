/*
 * publish: a repository as a folder of plain files; an update costs as much as the change (docs/formats/folder.md).
 *
 * Everything is written so that a reader in between finds the state before or the one after, and so that a killed run is
 * finished by the next one: blocks, packs of history, the list of packs, tables, refs. Unreferenced files are removed
 * VV_PUBLISH_WAIT_SECONDS later, by a later run.
 */
#ifndef VV_LIB_PUBLISH_PUBLISH_H
#define VV_LIB_PUBLISH_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "dataset/table/dataset_reader.h"
#include "lib/heads/shared_refs.h"
#include "repo/git/repository.h"

#define VV_PUBLISH_WAIT_SECONDS 3600u
#define VV_PUBLISH_FILE_BYTES ((uint64_t)20 << 20)

typedef struct vv_publishing {
	vv_repository *repo;
	vv_dataset_reader *reader;
	const vv_notes *notes;
	const char *folder;
	vv_refs_choice refs;
	bool force; /* also where the folder has newer or other commits, which are fetched before */
	bool prune; /* removes unreferenced files at once: running readers may fail */
	uint64_t file_bytes; /* longer tables have no file */
	/* After the run: */
	bool changed;             /* refs moved */
	char *head;               /* the branch that clones begin with; owned */
	uint64_t versions, bytes; /* sent: of tables; of packs and lists */
	uint64_t tables, written,
		too_long; /* files of tables: that there are; that were written now; left out */
} vv_publishing;

/* VV_EREFUSED: the folder belongs to another repository, has commits that these do not descend from, or this is a shallow
 * clone. VV_ELOCKED: another publish is running. VV_EMISSING: blocks are missing here. */
vv_status vv_publish_run(vv_publishing *p, vv_error *err);
void vv_publishing_clear(vv_publishing *p);
VV_AUTO_CLEAR(vv_publishing, vv_publishing_clear)

#endif
