/*
 * files: a store: packs and lists as files of a place (a folder, a bucket) instead of a Git ref.
 * Internal.
 *
 *   format                vv_files_mark: "varve store 1"
 *   packs/<hex>.pack      a pack, named by its hash
 *   lists/<hex>.list      its list, written after it
 *   indexes/<hex>.index   of several packs: which has a block (multi_index.h), written after their lists
 *   versions/<CID>.packs  of a version's root: the names of its packs and of their indexes, written after all lists
 *   condemned             the garbage found by a gc (condemned.h)
 *
 * Only damaged files are overwritten, and versions, by a gc that combined packs; nothing is locked: two writers of one
 * name write the same, or (for a version) names of packs that all exist. A reader that has a root needs no listing.
 * Format: docs/formats/pack-lists.md.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_FILES_H
#define VV_TRANSPORT_PLACES_PACKS_FILES_H

#include "transport/places/at_once.h"
#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/older.h"
#include "transport/places/packs/version_file.h"

/* Empties the catalog, and reads everything from the place itself: no list of an earlier run, and each version's file. */
vv_status vv_files_begin_anew(vv_host *h, vv_error *err);
/* The same as vv_host_forget_lists; is it a store that this varve can read? */
vv_status vv_files_refresh(vv_host *h, vv_error *err);
/* *there: does the place have the version, according to its file and its lists? Adds these lists to the catalog. After
 * some calls, the whole place is listed, if it allows listing. */
vv_status vv_files_look(vv_host *h, const vv_cid *root, bool *there, vv_error *err);
/* vv_at_once_run, with as many threads as the place allows. what NULL: without progress. */
vv_status vv_files_each(vv_host *h, size_t count, vv_at_once_fn fn, void *payload, const char *what,
			vv_error *err);
/* Loads lists into the catalog; downloads missing ones in parallel. *sound: all exist and are intact. */
vv_status vv_files_take_lists(vv_host *h, const vv_pack_names *lists, bool *sound, vv_error *err);
/* Appends the packs that the version's file names, each with the index that has it, or null. *sound false: it is damaged.
 * VV_ENOTFOUND, or VV_EREFUSED if the place does not distinguish absent from forbidden. As many threads at once as the
 * place allows. */
vv_status vv_files_version(vv_host *h, const vv_cid *root, vv_version_packs *out, bool *sound,
			   vv_error *err);
/* The same for many versions, in parallel: items[i] is that of roots[i]; there: its file exists. Cleared by the
 * caller. */
typedef struct vv_version_file {
	vv_version_packs names;
	bool there, sound;
} vv_version_file;
vv_status vv_files_versions(vv_host *h, const vv_cid *roots, size_t count, vv_version_file *items,
			    vv_error *err);
/* All that the place lists; nothing if it cannot be listed. */
vv_status vv_files_look_at_all(vv_host *h, vv_error *err);
/* Combines small packs of similar size that versions need (the marked ones) into a further pack when they are many, so
 * that a version names few packs, and a clone reads few. Does the same with older packs, separately. The combined packs
 * stay until a gc. Unreadable ones are skipped. bytes: the written bytes; if it has grown, versions may need other
 * packs. */
vv_status vv_files_join(vv_host *h, uint64_t *bytes, vv_error *err);
/* The lists of older packs (older.h), as far as they exist. */
vv_status vv_files_take_older(vv_host *h, vv_error *err);
/* Call this after a pack was found damaged: loads all other lists, also those of packs that were joined. */
vv_status vv_files_take_parts(vv_host *h, vv_error *err);
/* After vv_files_begin_anew and that: packs whose lists are missing or damaged get them again; one that is damaged itself
 * is noted as a ruin. */
vv_status vv_files_mend_lists(vv_host *h, vv_error *err);
/* Finds versions and blocks that the catalog lacks, as far as the place has them. */
vv_status vv_files_look_for(vv_host *h, const vv_cid *cids, size_t count, vv_error *err);

/* A part of a pack of the catalog: all len bytes. VV_ENOTFOUND: they are not there. As many threads at once as the place
 * allows. */
vv_status vv_files_get_part(vv_host *h, const vv_host_pack *p, uint64_t from, uint64_t len,
			    vv_buf *out, vv_error *err);
/* Does a pack of the catalog exist up to its end, which has its length and hash, and no longer? As many threads at once
 * as the place allows. */
vv_status vv_files_shows_end(vv_host *h, const vv_host_pack *p, bool *shows, vv_error *err);
/* Writes and removes the files of the commit. */
vv_status vv_files_put(vv_host *h, const vv_host_commit *c, vv_error *err);
/* An absent file counts as removed. The list is removed first. */
vv_status vv_files_remove_pack(vv_host *h, const vv_cid *pack, vv_error *err);

/* --- single blocks, without all lists ---
 *
 * A version with many packs names indexes (multi_index.h): varve reads the head of each, and for a block the few entries
 * that can match; then the whole list of the pack that they name. So the bytes read for a block do not grow with the
 * table. An index is a hint: blocks that it lacks, or has wrongly, are searched in all lists. */
/* Makes indexes for the packs of the catalog that have this mark and are in no index, if these are many with long
 * lists. */
vv_status vv_seek_make_indexes(vv_host *h, unsigned mark, vv_error *err);
/* Notes the indexes and packs of a version. */
vv_status vv_seek_note(vv_host *h, const vv_version_packs *v, vv_error *err);

/* Loads the lists for a block and its bases into the catalog, and as few others as possible. *found false: its place is
 * unknown; search all lists (vv_files_look_for). */
vv_status vv_seek_block(vv_host *h, const vv_cid *cid, bool *found, vv_error *err);

#endif
