/*
 * publish: writes a repository as a folder of plain files (docs/formats/folder.md). An update
 * writes only what has changed.
 *
 * The files are written in this order: blocks, packs of history, the list of packs, tables, refs.
 * So a reader always finds either the old or the new state, and the next run completes the work of
 * a killed run. A table that the newest version no longer has is removed at once; other
 * unreferenced files are removed by the first run after VV_PUBLISH_WAIT_SECONDS.
 */
#ifndef VV_LIB_PUBLISH_PUBLISH_H
#define VV_LIB_PUBLISH_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "lib/heads/shared_refs.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

#define VV_PUBLISH_WAIT_SECONDS 3600u /* time after which an unreferenced file is removed */
#define VV_PUBLISH_FILE_BYTES ((uint64_t)20 << 20) /* default of vv_publishing.file_bytes */

/* A run: its options and its result. All pointers are borrowed, except `head`. */
typedef struct vv_publishing {
	vv_repository *repo;
	vv_dataset_reader *reader;
	const vv_notes *notes;
	const char *folder;  /* path of the folder */
	vv_refs_choice refs; /* the refs to publish */
	/* publish even if the folder has commits that the refs lack; these commits are first
	 * fetched to refs/remotes/published/ */
	bool force;
	/* remove unreferenced files at once, although readers that are running can then fail */
	bool prune;
	uint64_t file_bytes; /* tables with more bytes are not written as files */
	/* Set by vv_publish_run: */
	bool changed;      /* the refs, or lists of repo.git, were written */
	char *head;        /* branch that a clone of the folder checks out; owned */
	uint64_t versions, /* number of versions of tables that this run wrote */
		bytes;     /* size in bytes of the packs and lists that this run wrote */
	uint64_t tables,   /* number of tables that the folder has as files */
		written,   /* number of tables that this run wrote as files */
		too_long;  /* number of tables without a file, as they are too long */
} vv_publishing;

/* Publishes p->refs to p->folder. VV_EREFUSED: the folder, or a file in it with the name of a
 * table, was not written by varve; the folder has commits from which the refs do not descend, and
 * p->force is not set, or p->prune is set, too; or the repository is a shallow clone. VV_ELOCKED:
 * another run is publishing to the folder. VV_EMISSING: the repository lacks blocks, or with
 * p->force, versions of the folder could not be fetched. VV_EUSAGE: the refs have no branch. */
vv_status vv_publish_run(vv_publishing *p, vv_error *err);
void vv_publishing_clear(vv_publishing *p);
VV_AUTO_CLEAR(vv_publishing, vv_publishing_clear)

#endif
