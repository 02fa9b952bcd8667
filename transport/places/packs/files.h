/*
 * files: a store: packs and lists as files of a place (a folder, a bucket) instead of a Git ref.
 * Internal.
 *
 *   format                vv_files_mark: "varve store 1"
 *   packs/<hex>.pack      a pack, named by its hash
 *   lists/<hex>.list      its list, written after it
 *   indexes/<hex>.index   of several packs: which has a block (multi_index.h), written after their lists
 *   versions/<CID>.packs  of a version's root: the names of its packs and of their indexes, written after all lists
 *   condemned             what a gc found to be garbage (condemned.h)
 *
 * Only what is damaged is overwritten, and versions, by a gc that put packs together; nothing is locked: two that write
 * one name write the same, or (of a version) names of packs that are all there. A reader that has a root needs no
 * listing. Format: docs/formats/pack-lists.md.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_FILES_H
#define VV_TRANSPORT_PLACES_PACKS_FILES_H

#include "transport/places/at_once.h"
#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/older.h"
#include "transport/places/packs/version_file.h"

/* A catalog of nothing, and from now on all is read from the place itself: no list of an earlier run, and of each version its file. */
vv_status vv_files_begin_anew(vv_host *h, vv_error *err);
/* The same as vv_host_forget_lists; is it a store that this varve can read? */
vv_status vv_files_refresh(vv_host *h, vv_error *err);
/* Is the version there, as far as its file and its lists show? These lists are in the catalog then. After some questions
 * all of the place is listed, where it lets us. */
vv_status vv_files_look(vv_host *h, const vv_cid *root, bool *there, vv_error *err);
/* vv_at_once_run, with as many threads as the place lets. what NULL: without progress. */
vv_status vv_files_each(vv_host *h, size_t count, vv_at_once_fn fn, void *payload, const char *what,
			vv_error *err);
/* Lists into the catalog, those that are not here several at once. *sound: all are there, and none is damaged. */
vv_status vv_files_take_lists(vv_host *h, const vv_pack_names *lists, bool *sound, vv_error *err);
/* Which packs the version's file names, appended, and for each the index that has it, null where none has. *sound false: it
 * is damaged. VV_ENOTFOUND, or VV_EREFUSED where what is absent looks as forbidden. As many threads at once as the place
 * lets. */
vv_status vv_files_version(vv_host *h, const vv_cid *root, vv_version_packs *out, bool *sound,
			   vv_error *err);
/* Of many versions, several at once: items[i] is that of roots[i]; there: its file is. To be cleared by the caller. */
typedef struct vv_version_file {
	vv_version_packs names;
	bool there, sound;
} vv_version_file;
vv_status vv_files_versions(vv_host *h, const vv_cid *roots, size_t count, vv_version_file *items,
			    vv_error *err);
/* All that the place lists; nothing where it cannot be listed. */
vv_status vv_files_look_at_all(vv_host *h, vv_error *err);
/* Small packs that versions need (those that are marked so) and that are of about one size
 * become one more pack, once they are many: a version names few packs then, and a clone reads few. So do, apart from them,
 * older ones. They stay until a gc. What cannot be read stays as it is. bytes gets what was written; where that is more
 * than before, versions may need other packs now. */
vv_status vv_files_join(vv_host *h, uint64_t *bytes, vv_error *err);
/* The lists of older packs (older.h), as far as they are there. */
vv_status vv_files_take_older(vv_host *h, vv_error *err);
/* A pack is damaged: all other lists, those of the parts of joined ones too. */
vv_status vv_files_take_parts(vv_host *h, vv_error *err);
/* After vv_files_begin_anew and that: packs whose lists are missing or damaged get them again; one that is damaged itself
 * is noted as a ruin. */
vv_status vv_files_mend_lists(vv_host *h, vv_error *err);
/* The versions and blocks that the catalog does not have, as far as they are there. */
vv_status vv_files_look_for(vv_host *h, const vv_cid *cids, size_t count, vv_error *err);

/* A part of a pack of the catalog: all len bytes. VV_ENOTFOUND: they are not there. As many threads at once as the place
 * lets. */
vv_status vv_files_get_part(vv_host *h, const vv_host_pack *p, uint64_t from, uint64_t len,
			    vv_buf *out, vv_error *err);
/* Is a pack of the catalog there up to its end, where its length and hash stand, and not longer? As many threads at once
 * as the place lets. */
vv_status vv_files_shows_end(vv_host *h, const vv_host_pack *p, bool *shows, vv_error *err);
/* Writes what the commit has, and removes what it removes. */
vv_status vv_files_put(vv_host *h, const vv_host_commit *c, vv_error *err);
/* What is absent counts as removed. The list goes first. */
vv_status vv_files_remove_pack(vv_host *h, const vv_cid *pack, vv_error *err);

/* --- single blocks, without all lists ---
 *
 * A version that stands on many packs names indexes (multi_index.h): of each the head is read, and for a block the few
 * entries that can be its; then the list of the pack that they name, whole. So what is read for a block does not grow with
 * the table. An index is a hint: what it does not show, or shows wrongly, is looked for in all lists. */
/* For the packs of the catalog that are marked so: those that no index has get one, where these are many with long lists. */
vv_status vv_seek_make_indexes(vv_host *h, unsigned mark, vv_error *err);
/* What a version names. */
vv_status vv_seek_note(vv_host *h, const vv_version_packs *v, vv_error *err);

/* The lists that a block and all that it stands on need, into the catalog, and as few others as can be. *found false: it is
 * not known where it is; all lists show it (vv_files_look_for). */
vv_status vv_seek_block(vv_host *h, const vv_cid *cid, bool *found, vv_error *err);

#endif
