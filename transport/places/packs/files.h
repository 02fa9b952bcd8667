/*
 * files: reads and writes a store, which has packs and lists as files of a place (a folder, a
 * bucket) instead of in a Git ref. Internal.
 *
 *   format                vv_files_mark: "varve store 1"
 *   packs/<hex>.pack      a pack, named by its hash
 *   lists/<hex>.list      the list of the pack, written after the pack
 *   indexes/<hex>.index   an index of the blocks in several packs (multi_index.h), written after their lists
 *   versions/<CID>.packs  for the root of a version: the names of its packs and their indexes, written after all lists
 *   condemned             the garbage found by a gc (condemned.h)
 *
 * Existing files are not overwritten, with two exceptions: damaged files are replaced, and gc replaces the files of
 * versions (versions/) after it has combined packs. Nothing is locked: if two writers write a file with the same name,
 * both write the same bytes, or, for a version, names of packs that all exist. A reader that has the root of a version
 * need not list files. Format: docs/formats/pack-lists.md.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_FILES_H
#define VV_TRANSPORT_PLACES_PACKS_FILES_H

#include "transport/places/at_once.h"
#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/older.h"
#include "transport/places/packs/stored.h"
#include "transport/places/packs/version_file.h"

/* Empties the catalog, and makes later calls read all lists from the place, instead of using local
 * copies from earlier runs. */
vv_status vv_files_begin_anew(vv_host *h, vv_error *err);
/* Empties the catalog, as vv_host_forget_lists does, and checks that the place is a store that this
 * varve can read. */
vv_status vv_files_refresh(vv_host *h, vv_error *err);
/* Sets *there to true if the place has the version root, according to the version's file and lists,
 * and adds these lists to the catalog. After some calls, loads all lists of the place, if the place
 * allows listing. */
vv_status vv_files_look(vv_host *h, const vv_cid *root, bool *there, vv_error *err);
/* Calls fn for each i below count, as vv_at_once_run does, with as many threads as the place
 * allows. `what` describes the work for progress; NULL: no progress is reported. */
vv_status vv_files_each(vv_host *h, size_t count, vv_at_once_fn fn, void *payload, const char *what,
			vv_error *err);
/* Loads the lists of the packs `lists` into the catalog, and downloads missing lists in parallel.
 * Sets *sound to true if all lists exist and are intact. */
vv_status vv_files_take_lists(vv_host *h, const vv_cids *lists, bool *sound, vv_error *err);
/* Sorts files by size, the largest first, and loads the lists of their packs into the catalog in
 * this order, as vv_files_take_lists does; where several packs have a block, the first one counts.
 * Leaves out the packs that a list already names as its parts, unless all lists are read anew
 * (vv_files_begin_anew). Sets *sound to false if a list is missing or damaged. */
vv_status vv_files_take_sorted(vv_host *h, const vv_stored_files *files, bool *sound,
			       vv_error *err);
/* Reads the file of the version root, and appends its packs to *out, each with the index that has
 * the pack, or a null key. Sets *sound to false if the file is damaged. VV_ENOTFOUND: no such file.
 * VV_EREFUSED: no such file, at a place that does not distinguish missing files from forbidden
 * files. May be called by as many threads at once as the place allows. */
vv_status vv_files_version(vv_host *h, const vv_cid *root, vv_version_packs *out, bool *sound,
			   vv_error *err);
/* The result of reading a version's file. */
typedef struct vv_version_file {
	vv_version_packs names;
	bool there,    /* the file exists */
		sound; /* the file is not damaged */
} vv_version_file;
/* Reads the files of many versions, in parallel: items[i] is the result for roots[i]. The caller
 * clears the items. */
vv_status vv_files_versions(vv_host *h, const vv_cid *roots, size_t count, vv_version_file *items,
			    vv_error *err);
/* Loads all lists of the place into the catalog. Does nothing if the place does not allow
 * listing. */
vv_status vv_files_look_at_all(vv_host *h, vv_error *err);
/* Writes an additional pack with the blocks of the packs marked VV_MARK_NEEDED, if these are many
 * small packs of similar size, so that a version's file lists few packs, and a clone reads few
 * packs. Does the same with older packs (older.h), separately. Skips unreadable packs. gc later
 * removes the small packs whose blocks were copied. Adds the number of written bytes to *bytes. If
 * bytes were written, the caller must determine again which packs the versions need. */
vv_status vv_files_join(vv_host *h, uint64_t *bytes, vv_error *err);
/* Loads the lists of older packs (older.h) into the catalog. Skips lists that do not exist. */
vv_status vv_files_take_older(vv_host *h, vv_error *err);
/* Loads all lists that are not in the catalog yet, including the lists of small packs whose blocks
 * were copied to a larger pack (vv_files_join). Call this after a pack was found to be damaged. */
vv_status vv_files_take_parts(vv_host *h, vv_error *err);
/* Writes missing or damaged lists of packs again. A pack that is itself damaged is recorded
 * (vv_host_note_ruin). Call after vv_files_begin_anew and vv_files_take_parts. */
vv_status vv_files_mend_lists(vv_host *h, vv_error *err);
/* Searches the place for the count versions and blocks cids that the catalog does not have, and
 * adds their packs to the catalog. */
vv_status vv_files_look_for(vv_host *h, const vv_cid *cids, size_t count, vv_error *err);

/* Appends len bytes of the pack p of the catalog, beginning at `from`; at a Git host, all bytes of
 * the pack. VV_ENOTFOUND: the file does not have all these bytes. May be called by as many threads
 * at once as the place allows. */
vv_status vv_files_get_part(vv_host *h, const vv_host_pack *p, uint64_t from, uint64_t len,
			    vv_buf *out, vv_error *err);
/* Sets *shows to true if the file of the pack p of the catalog has the right length and ends with
 * the pack's hash. May be called by as many threads at once as the place allows. */
vv_status vv_files_shows_end(vv_host *h, const vv_host_pack *p, bool *shows, vv_error *err);
/* Writes the pack and the list of c, if any, and removes the files of the removed packs. */
vv_status vv_files_put(vv_host *h, const vv_host_commit *c, vv_error *err);
/* Removes a pack: first its list, and then the pack. A missing file is not an error. */
vv_status vv_files_remove_pack(vv_host *h, const vv_cid *pack, vv_error *err);

/* --- single blocks, without all lists --- The file of a version with many packs lists indexes
 * (multi_index.h). To find a block, varve reads the head of each index, then the few entries that
 * may match, and then the whole lists of the packs that these entries name. So the number of bytes
 * read for a block does not grow with the table. An index is only a hint: if it does not have the
 * block, or its entry is wrong, varve searches all lists for the block. */
/* Makes indexes for the packs of the catalog that have this mark and are not in an index, if these
 * packs are many and their lists are long. */
vv_status vv_seek_make_indexes(vv_host *h, unsigned mark, vv_error *err);
/* Records the indexes and packs of the version file v for vv_seek_block. */
vv_status vv_seek_note(vv_host *h, const vv_version_packs *v, vv_error *err);

/* Loads the lists with the block cid and its bases into the catalog, and as few other lists as
 * possible. Sets *found to true if the block was found; if not, the caller must search all lists
 * (vv_files_look_for). */
vv_status vv_seek_block(vv_host *h, const vv_cid *cid, bool *found, vv_error *err);

#endif
