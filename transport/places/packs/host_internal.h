/*
 * host_internal: the state of a vv_host, and the functions that the files of host share.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_HOST_INTERNAL_H
#define VV_TRANSPORT_PLACES_PACKS_HOST_INTERNAL_H

#include "repo/blocks/reach.h"
#include "repo/git/run_git.h"
#include "transport/places/packs/catalog.h"
#include "transport/places/packs/condemned.h"
#include "transport/places/packs/host.h"
#include "transport/places/packs/seek.h"
#include "transport/places/packs/sweeper.h"

/* A pack, and the folder of the ref's tree that contains it. */
typedef struct vv_host_name {
	vv_cid key;
	size_t folder;
} vv_host_name;

struct vv_host {
	vv_repository *repo;
	/* url, push_url, remote: as in vv_host_options; ref: the ref of blocks at the host;
	 * tip_ref: the ref of the scratch repository that has the last known tip of `ref` */
	char *url, *push_url, *remote, *ref, *tip_ref;
	const vv_progress *progress;
	const vv_notes *notes;
	unsigned idle_sec;
	bool exact;
	/* the folder of the host's local state, .git/varve/host/<key>; and folders in it: the
	 * scratch repository, the lists, and the fetched packs */
	char *dir, *git_dir, *lists, *packs;
	int lock;               /* descriptor of the lock of dir */
	vv_repository *scratch; /* the scratch repository in git_dir; NULL: not opened yet */
	vv_store *main;         /* the repository's store */
	vv_store *blocks;       /* fetched packs, on top of main */
	vv_catalog *catalog;    /* the packs of the host */
	vv_oid tip;             /* commit of the ref at the host; null: no such ref */
	/* number of the last folder in the tip's tree, and number of packs in that folder */
	size_t last_folder, in_last_folder;
	bool by_id_fails;      /* the host does not serve objects by their ids */
	bool knows_no_filters; /* according to its last answer, the host does not support filters */
	bool broken;           /* the scratch repository cannot store commits */
	bool mends,            /* vv_host_mend was called */
		lost_format;   /* the tip's tree has no intact file "format" */
	bool dirty;            /* packs are in the scratch repository */
	uint64_t push_bytes;   /* most bytes of a push; 0: vv_host_sizes was not called */
	size_t pack_bytes;     /* most bytes of a pack */
	bool too_large;        /* the last push was too large for the host */
	vv_host_name *ruins;   /* packs whose lists are damaged */
	size_t ruin_count, ruin_cap;
	vv_oids bad;     /* blob ids of packs that were found to be bad */
	char *proof;     /* folder with only the packs that were fetched for verification */
	vv_store *shown; /* store with the packs in proof; NULL: no such store yet */
	/* blocks that vv_host_verify read in packs; NULL: nothing was verified */
	vv_cid_set *intact;
	vv_host_sum came; /* numbers about the fetched data */
	/* For a store (files.h): */
	vv_place place;      /* not open: the blocks are in a ref */
	vv_cid_set versions; /* versions whose files and lists were read */
	vv_cid_set listed;   /* packs whose lists are in the catalog */
	vv_cid_set pieces;   /* records that were fetched one by one (pieces.c) */
	/* the last download of packs is complete, so that vv_host_close removes files with parts of
	 * packs */
	bool parts_done;
	vv_cid_set joined; /* packs whose blocks another pack of the catalog also has (join.c) */
	vv_cids unread;    /* packs in joined whose lists were left out of the catalog */
	/* older packs (older.h) and their lengths */
	vv_cid_map older;
	size_t asked;       /* number of versions that were requested one by one */
	bool many;          /* many versions were requested together */
	bool all,           /* all lists are in the catalog */
		unlistable; /* the place does not allow listing */
	/* a list is damaged, so that `versions` is not complete */
	bool damaged_list;
	bool anew;    /* ignore local copies of lists, and read the lists of the place */
	vv_seek seek; /* the indexes in the files of versions */
	/* while sending: the condemned versions and packs, which count as missing */
	vv_condemned condemned;
	/* the sweeper of the running sweep, borrowed; NULL: no sweep is running */
	vv_sweeper *sweeper;
};

/* Returns true if the host is a place (a store), and false if it is a ref of a Git host. */
static inline bool vv_host_is_place(const vv_host *h)
{
	return h->place.payload != NULL;
}

/* Most packs in a folder, which has 1,000 entries with their lists. */
#define VV_HOST_FOLDER_PACKS 500u
#define VV_HOST_FORMAT "varve blocks 1\n"
#define VV_HOST_NEXT "refs/heads/next"

/* Makes h use the ref blocks_ref of the host, and sets h->tip_ref to the ref of the scratch
 * repository for its tip. */
vv_status vv_host_take_ref(vv_host *h, const char *blocks_ref, vv_error *err);

/* Returns a vv_git_call that runs git in the scratch repository. args is as in vv_git_call. */
vv_git_call vv_host_run(vv_host *h, const char *const *args);

/* For a Git host: sets the mark VV_MARK_OLD on the packs of the catalog that existed at this time
 * (INT64_MAX: on all), by the dates of the ref's commits, and clears it on all others. */
vv_status vv_host_mark_old(vv_host *h, int64_t before, vv_error *err);
/* For a store: combines those packs of the catalog that are marked VV_MARK_OLD and are small or
 * mostly garbage into fewer and larger packs. Afterwards, the replaced packs are marked
 * VV_MARK_OLD, and old packs whose needed blocks are all in other packs are marked VV_MARK_SPARE.
 * Does not remove these packs from the store or from the files of versions. */
vv_status vv_host_repack(vv_host *h, const vv_host_compaction *what, vv_host_compacted *out,
			 vv_error *err);

/* Sets h->tip to tip, and records the tip in the scratch repository. A null id: the ref does not
 * exist. */
vv_status vv_host_set_tip(vv_host *h, const vv_oid *tip, vv_error *err);

/* The changes of a commit: a new pack, and packs that are removed from the tree. */
typedef struct vv_host_commit {
	const char *message;
	/* the new pack and its list; pack is NULL if the commit has no new pack */
	const vv_buf *pack, *list;
	const vv_cid *key; /* key of the pack */
	const vv_host_name *removed;
	size_t removed_count;
	bool anew; /* the commit has no parents, and replaces the tip of the ref */
} vv_host_commit;

/* A block to send to the host. Blocks are sent in packs, children first. */
typedef struct vv_outgoing {
	vv_cid cid, like; /* like is a similar block; null: no similar block */
	size_t version;   /* for use by the caller */
} vv_outgoing;
/* The blocks to send as packs, and the results. */
typedef struct vv_outgoing_packs {
	const vv_outgoing *items;
	size_t count;
	vv_store *from; /* the store with the blocks */
	/* the packs whose blocks may be bases of differences, except removed packs */
	const vv_catalog *bases;
	/* options of the pack maker: compress harder; begin each pack with random bytes */
	bool thorough, salt;
	/* Sets the message of a commit, and the packs that it removes. last: this is the last
	 * commit, which may have no pack. The values are borrowed until the next call. */
	vv_status (*describe)(void *payload, vv_host_commit *c, bool last, vv_error *err);
	/* Is called for a block that `from` does not have; its result, a negative status, ends the
	 * call. May be NULL. */
	vv_status (*missing)(void *payload, const vv_outgoing *b, vv_error *err);
	void *payload;
	/* Set by the call: numbers of packs and bytes that were made. */
	uint64_t packs, pack_bytes, list_bytes;
} vv_outgoing_packs;
/* Makes packs of o->items, commits the packs, and pushes the commits; in a store, writes the packs
 * as files. If a push fails because another push was faster or because it was too large for the
 * host (h->too_large), sets *lost to true; the caller must then plan the push again. */
vv_status vv_host_put_packs(vv_host *h, vv_outgoing_packs *o, bool *lost, vv_error *err);

/* Stores `list`, the list of the pack, locally, so that it need not be fetched. */
vv_status vv_host_keep_list(vv_host *h, const vv_buf *list, const vv_cid *pack, vv_error *err);

/* Sets the maximum sizes of packs and pushes (h->pack_bytes, h->push_bytes), from the settings and the host's earlier
 * refusals. */
vv_status vv_host_sizes(vv_host *h, vv_error *err);
/* For a push of `sent` bytes that the host refused, with git's stderr in `said`: if the push was
 * too large, reduces h->push_bytes, stores the value in the setting remote.<name>.varvePushBytes,
 * sends a note to the user, and returns true. */
bool vv_host_learn_size(vv_host *h, uint64_t sent, const vv_buf *said);
/* Returns the path of the local file with the list of a pack, which the caller frees with vv_free.
 * NULL: out of memory. */
char *vv_host_list_path(const vv_host *h, const vv_cid *pack);

/* Adds the count commits ids to the record, the file "complete": a push found all versions in their
 * history to be complete at the host. */
vv_status vv_host_note_complete(vv_host *h, const vv_oid *ids, size_t count, vv_error *err);
/* Replaces *out with the record. */
vv_status vv_host_read_complete(const vv_host *h, vv_oids *out, vv_error *err);
/* Removes the record. Call this if the ref was overwritten, or packs were removed from its tree. */
void vv_host_forget_complete(vv_host *h);

/* Empties the catalog, and forgets what was learnt about versions and packs of the host. */
void vv_host_forget_lists(vv_host *h);

/* The following functions of host.c are for packs.c. */
/* Loads the lists in the tree of h->tip into the catalog, from local copies if they exist. */
vv_status vv_host_load_lists(vv_host *h, vv_error *err);
/* Fetches the count blobs ids into the scratch repository, except those that it has. If the host
 * does not serve objects by their ids, fetches the whole ref (vv_host_fetch_whole). It is not an
 * error if the host lost a blob. */
vv_status vv_host_fetch_blobs(vv_host *h, const vv_oid *ids, size_t count, vv_error *err);
/* Makes an empty scratch repository, and fetches the ref and all objects that are reachable from
 * it. */
vv_status vv_host_fetch_whole(vv_host *h, vv_error *err);
/* Finds the first of the objects ids that the host does not have, and sets *lacks to its
 * index; to ids->count if the host has all of them; to SIZE_MAX if the host does not answer as git does.
 * Fetches no object: it requests all ids, and after them an id that no object has. git on the host
 * refuses such a request, and its message ("not our ref ID") has the first missing id. */
vv_status vv_host_ask(vv_host *h, vv_oids *ids, size_t *lacks, vv_error *err);
/* Sets h->tip to the tip of the last run if the scratch repository still has its objects; else to a
 * null id. */
vv_status vv_host_read_tip(vv_host *h, vv_error *err);
/* Makes an empty scratch repository, and sets h->tip to a null id. Call this if the old scratch
 * repository is damaged. */
vv_status vv_host_begin_anew(vv_host *h, vv_error *err);
/* Opens the scratch repository, and makes it if it does not exist. Call this before you use
 * h->scratch. */
vv_status vv_host_need_scratch(vv_host *h, vv_error *err);
/* Checks the file "format" in the tree of h->tip. VV_EREFUSED: the ref does not have blocks of
 * varve. VV_ENOSUPPORT: a newer varve wrote the ref. VV_ECORRUPT: the file is missing or damaged;
 * with vv_host_mend, sets h->lost_format instead. */
vv_status vv_host_check_format(vv_host *h, vv_error *err);
/* Fetches the ref of blocks into the ref VV_HOST_NEXT of the scratch repository. filter: an option
 * for git fetch, "--filter=..." or "--no-filter". */
vv_status vv_host_fetch_ref(vv_host *h, const char *filter, vv_error *err);
/* Sets *out to true if `old` is an ancestor of `now`, or the same commit. */
vv_status vv_host_descends(vv_host *h, const vv_oid *old, const vv_oid *now, bool *out,
			   vv_error *err);

/* The options of vv_host_take. */
typedef struct vv_host_taking {
	const char *dir; /* the packs are downloaded to the folder "packs" in it */
	/* bases that this store has are not downloaded; NULL: all bases are downloaded */
	vv_store *have;
	/* download for verification: set vv_host_pack.shown instead of vv_host_pack.here */
	bool proof;
	const size_t *packs; /* indexes of further packs of the catalog to download */
	size_t pack_count;
} vv_host_taking;
/* Downloads the count blocks cids and their bases to t->dir/packs: parts of packs, or whole packs
 * (pieces.h). If a pack proves to be bad, searches other packs for its blocks. It is not an error
 * if the host does not have a block. */
vv_status vv_host_take(vv_host *h, const vv_host_taking *t, const vv_cid *cids, size_t count,
		       vv_error *err);
/* Adds the downloaded list of the pack `name` to the catalog. pack: the id of the pack's blob at
 * the host. Sets *sound to true. If the list is damaged, sends a warning, calls vv_host_note_ruin,
 * and sets *sound to false; the status is then VV_OK. */
vv_status vv_host_take_list(vv_host *h, const vv_host_name *name, const vv_oid *pack,
			    const vv_buf *bytes, bool *sound, vv_error *err);
/* Records in h->ruins that the list of a pack is damaged, and the pack is therefore not in the
 * catalog. */
vv_status vv_host_note_ruin(vv_host *h, const vv_host_name *name, vv_error *err);
bool vv_host_is_ruin(const vv_host *h, const vv_cid *pack); /* true if the pack is in h->ruins */
void vv_host_forget_ruin(vv_host *h, const vv_cid *pack);   /* removes the pack from h->ruins */
/* Checks that the hash of the downloaded pack p is its name, and records this (vv_host_note_sound).
 * If the hash differs, and p was not known to be bad, calls vv_host_note_bad, and sets *found_bad
 * to true. bytes: the pack; NULL: the download failed, which counts as a wrong hash. */
vv_status vv_host_judge_pack(vv_host *h, vv_host_pack *p, const vv_buf *bytes, bool *found_bad,
			     vv_error *err);
/* Removes the pack with this blob id from the bad packs. Call this after the pack was written
 * again. */
void vv_host_forget_bad(vv_host *h, const vv_oid *pack);
/* Marks the pack p as bad. The caller must then call vv_host_prefer_sound; afterwards, a bad pack
 * is used only for blocks that no other pack has. */
vv_status vv_host_note_bad(vv_host *h, vv_host_pack *p, vv_error *err);
/* Makes the catalog prefer packs that are not bad. */
vv_status vv_host_prefer_sound(vv_host *h, vv_error *err);
/* Records, in a file in the folder of lists, that the pack with this blob id was read completely
 * and is intact. */
void vv_host_note_sound(const vv_host *h, const vv_cid *pack, const vv_oid *blob);
bool vv_host_is_sound(const vv_host *h, const vv_host_pack *p); /* true if this was recorded */
/* Returns true if the pack's name is the hash of these bytes. */
bool vv_host_is_named_rightly(const vv_cid *pack, const vv_buf *bytes);
/* Sets *names to an array of the *count bad packs that may be removed, since their readable blocks
 * are in other packs or in `sent`. ruins: includes packs with damaged lists. The caller frees
 * *names with vv_free, also after a failure. */
vv_status vv_host_bad_packs(vv_host *h, const vv_cid_set *sent, bool ruins, vv_host_name **names,
			    size_t *count, vv_error *err);
/* Reads the list of the pack p of the catalog again, from its local copy, into bytes, from which
 * *out borrows. */
vv_status vv_host_list_again(vv_host *h, const vv_host_pack *p, vv_buf *bytes, vv_host_list *out,
			     vv_error *err);
/* Removes fetched packs from the scratch repository. h->scratch stays open. */
vv_status vv_host_clean(vv_host *h, vv_error *err);

/* Returns the path of the file "complete" (vv_host_note_complete), which the caller frees with
 * vv_free. NULL: out of memory. */
char *vv_host_complete_path(const vv_host *h);

#define VV_HOST_PARTS "parts" /* a folder in the host's local folder */
/* Removes the local files of packs of which only parts were downloaded. */
vv_status vv_host_drop_parts(const vv_host *h, vv_error *err);

#endif
