/*
 * files: reads and writes a store: packs and lists as files of a place (a folder, a bucket) instead
 * of in a Git ref. Internal.
 *
 *   format                vv_files_mark: "varve store 1"
 *   packs/<hex>.pack      a pack, named by its hash
 *   lists/<hex>.list      the list of the pack, written after the pack
 *   indexes/<hex>.index   an index of the blocks in several packs (multi_index.h), written after their lists
 *   versions/<CID>.packs  for the root of a version: the names of its packs and their indexes, written after all lists
 *   condemned             the garbage found by a gc (condemned.h)
 *
 * An existing pack, list or index is written again only if it is damaged. The file of a version is
 * replaced when the version is sent again, and when gc has combined packs. Nothing is locked: two
 * writers of the same pack, list or index write the same bytes, and each file of a version lists
 * packs that exist. A reader that has the root of a version need not list files. Format:
 * docs/formats/pack-lists.md.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_FILES_H
#define VV_TRANSPORT_PLACES_PACKS_FILES_H

#include "transport/places/at_once.h"
#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/older.h"
#include "transport/places/packs/stored.h"
#include "transport/places/packs/version_file.h"

/* Empties the catalog. Later calls read all lists from the place, and do not use local copies from
 * earlier runs. */
void vv_files_begin_anew(vv_host *h);
/* Empties the catalog (vv_host_forget_lists), and checks that the place is a store that this varve
 * can read. VV_ENOSUPPORT: a newer varve wrote the store. VV_ECORRUPT: the mark is damaged; with
 * vv_host_mend, it is written again instead. */
vv_status vv_files_refresh(vv_host *h, vv_error *err);
/* Sets *there to true if, according to the version's file and lists, the place has the version
 * root. Adds these lists to the catalog. After 16 such versions, loads all lists of the place, if
 * the place allows listing. */
vv_status vv_files_look(vv_host *h, const vv_cid *root, bool *there, vv_error *err);
/* Calls fn for each i below count, as vv_at_once_run does, with as many threads as the place
 * allows. `what` describes the work for progress; NULL: no progress is reported. */
vv_status vv_files_each(vv_host *h, size_t count, vv_at_once_fn fn, void *payload, const char *what,
			vv_error *err);
/* Loads the lists of the packs `lists` into the catalog; lists without a local copy are downloaded
 * in parallel. Sets *sound to true if all lists exist and are intact, else to false. */
vv_status vv_files_take_lists(vv_host *h, const vv_cids *lists, bool *sound, vv_error *err);
/* Sorts files, which are lists, by size, the largest first, and loads them into the catalog in this
 * order, as vv_files_take_lists does. If several packs have a block, the first one counts. Omits a
 * list if the list of a combined pack names its pack as a part, unless all lists are read again
 * (vv_files_begin_anew). Sets *sound to false if a list is missing or damaged. */
vv_status vv_files_take_sorted(vv_host *h, const vv_stored_files *files, bool *sound,
			       vv_error *err);
/* Reads the file of the version root, and appends its packs to *out, each with the index that has
 * the pack, or a null key. Sets *sound to false if the file is damaged, else to true. VV_ENOTFOUND:
 * no such file. VV_EREFUSED: no such file, at a place that does not distinguish missing files from
 * forbidden ones. VV_ENOSUPPORT: a newer varve wrote the file. As many threads may call this at
 * once as the place allows (vv_place_gets). */
vv_status vv_files_version(vv_host *h, const vv_cid *root, vv_version_packs *out, bool *sound,
			   vv_error *err);
/* The result of reading a version's file. */
typedef struct vv_version_file {
	vv_version_packs names;
	bool there,    /* the file exists */
		sound; /* the file is not damaged */
} vv_version_file;
/* Reads the files of the count versions `roots` in parallel, and sets items[i] to the result for
 * roots[i]. The items must be zeroed; the caller clears their names, also after a failure. */
vv_status vv_files_versions(vv_host *h, const vv_cid *roots, size_t count, vv_version_file *items,
			    vv_error *err);
/* Loads all lists of the place into the catalog. Loads nothing if the place does not allow listing
 * (h->unlistable). */
vv_status vv_files_look_at_all(vv_host *h, vv_error *err);
/* Combines small packs. If at least 16 packs marked VV_MARK_NEEDED have a similar size, copies
 * their blocks into a new pack, so that a version's file lists few packs, and a clone reads few
 * packs. Does the same, separately, with older packs (older.h). Skips packs that cannot be read.
 * The small packs stay until a gc removes them. Adds the number of written bytes to *bytes. If
 * bytes were written, the caller must determine again which packs the versions need. */
vv_status vv_files_join(vv_host *h, uint64_t *bytes, vv_error *err);
/* Loads the lists of the older packs in h->older (older.h) into the catalog, and empties h->older.
 * Skips lists that do not exist. */
vv_status vv_files_take_older(vv_host *h, vv_error *err);
/* Loads all lists that are not in the catalog yet, also those of packs whose blocks a combined pack
 * has (vv_files_join). Call this after a pack was found to be damaged. */
vv_status vv_files_take_parts(vv_host *h, vv_error *err);
/* Makes the missing and damaged lists of the place again from their packs. Records packs that are
 * damaged themselves (vv_host_note_ruin). Call this after vv_files_begin_anew and
 * vv_files_look_at_all; does nothing if the place does not allow listing. */
vv_status vv_files_mend_lists(vv_host *h, vv_error *err);
/* Searches the place for those of the count versions and blocks cids that the catalog does not
 * have, and adds the packs that have them to the catalog. */
vv_status vv_files_look_for(vv_host *h, const vv_cid *cids, size_t count, vv_error *err);

/* Appends the len bytes at `from` of the pack p of the catalog to out; at a Git host, all bytes of
 * the pack, which must have been fetched. VV_ENOTFOUND: the place does not have all these bytes. As
 * many threads may call this at once as the place allows (vv_place_gets). */
vv_status vv_files_get_part(vv_host *h, const vv_host_pack *p, uint64_t from, uint64_t len,
			    vv_buf *out, vv_error *err);
/* Sets *shows to true if the file of the pack p of the catalog has the right length and ends with
 * the pack's hash, else to false. As many threads may call this at once as the place allows
 * (vv_place_gets). */
vv_status vv_files_shows_end(vv_host *h, const vv_host_pack *p, bool *shows, vv_error *err);
/* Writes the pack and the list of c, if c has a pack, and removes the files of the packs in
 * c->removed. */
vv_status vv_files_put(vv_host *h, const vv_host_commit *c, vv_error *err);
/* Removes a pack: first its list, and then the pack. A missing file is not an error. */
vv_status vv_files_remove_pack(vv_host *h, const vv_cid *pack, vv_error *err);

/* --- single blocks, without all lists --- The file of a version with many packs lists indexes
 * (multi_index.h). To find a block, varve reads the head of each index, then the few entries that
 * may match, and then the whole lists of the packs that these entries name. So the number of bytes
 * read for a block does not grow with the table. An index is only a hint: if it does not have the
 * block, or its entry is wrong, varve searches all lists for the block. */
/* Makes indexes for the packs of the catalog that have this mark and are in no index, if these
 * packs are many and their lists are long. */
vv_status vv_seek_make_indexes(vv_host *h, unsigned mark, vv_error *err);
/* Records the indexes and packs of the version file v for vv_seek_block. */
vv_status vv_seek_note(vv_host *h, const vv_version_packs *v, vv_error *err);

/* Loads the lists that have the block cid and its bases into the catalog, and as few other lists as
 * possible. Sets *found to true if they were found, else to false; the caller must then search all
 * lists (vv_files_look_for). */
vv_status vv_seek_block(vv_host *h, const vv_cid *cid, bool *found, vv_error *err);

#endif
