/*
 * host_internal: declarations that the files of host share, for reading from a host and sending to
 * a host.
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
	 * tip_ref: the ref of the scratch repository that stores the last known tip of `ref` */
	char *url, *push_url, *remote, *ref, *tip_ref;
	const vv_progress *progress;
	const vv_notes *notes;
	unsigned idle_sec;
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
	bool by_id_fails;      /* the host does not serve blobs by their ids */
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
	vv_oid *bad; /* blob ids of packs that were found to be bad */
	size_t bad_count, bad_cap;
	char *proof;     /* folder with only the packs that were fetched for verification */
	vv_store *shown; /* store with the packs in proof; NULL: no such store yet */
	/* blocks that vv_host_verify read in packs; NULL: nothing was verified */
	vv_cid_set *intact;
	vv_host_sum came; /* numbers about the fetched data */
	/* For a store (files.h): */
	vv_place place;       /* not open: the blocks are in a ref */
	vv_cid_set *versions; /* versions whose files and lists were read */
	vv_cid_set *listed;   /* packs whose lists are in the catalog */
	vv_cid_set *pieces;   /* records that were fetched one by one (pieces.c) */
	/* the last download of packs is complete, so that vv_host_close removes files with parts of
	 * packs */
	bool parts_done;
	vv_cid_set *joined; /* packs whose blocks another pack of the catalog also has (join.c) */
	vv_cids unread;     /* packs in joined whose lists were left out of the catalog */
	/* older packs (older.h) and their lengths */
	vv_cid_map *older;
	size_t asked;       /* number of versions that were requested one by one */
	bool many;          /* many versions were requested together */
	bool all,           /* all lists are in the catalog */
		unlistable; /* the place does not allow listing */
	/* a list is damaged, so that `versions` is not complete */
	bool damaged_list;
	bool anew;     /* ignore local copies of lists, and read the lists of the place */
	vv_seek *seek; /* the indexes in the files of versions */
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

/* Makes h use the ref blocks_ref of the host. The last known tip of each ref is stored as a ref of
 * the scratch repository. */
vv_status vv_host_take_ref(vv_host *h, const char *blocks_ref, vv_error *err);

/* Returns a vv_git_call that runs git in the scratch repository. args is as in vv_git_call. */
vv_git_call vv_host_run(vv_host *h, const char *const *args);

/* Combines, in a store, packs of the catalog that are marked VV_MARK_OLD, and are small or mostly
 * garbage, into fewer, larger packs. Afterwards, the replaced packs are marked VV_MARK_OLD, and
 * packs whose needed blocks are also in other packs of the catalog are marked VV_MARK_SPARE. Does
 * not remove these packs from the store or from the files of versions. */
vv_status vv_host_repack(vv_host *h, const vv_host_compaction *what, vv_host_compacted *out,
			 vv_error *err);

/* Sets h->tip to tip, a commit that was pushed, and records the tip in the scratch repository. */
vv_status vv_host_set_tip(vv_host *h, const vv_oid *tip, vv_error *err);

/* The changes of a commit: a new pack, and packs that are removed from the tree. */
typedef struct vv_host_commit {
	const char *message;
	/* the new pack and its list; pack is NULL if the commit has no new pack */
	const vv_buf *pack, *list;
	const vv_cid *key; /* key of the pack */
	const vv_host_name *removed;
	size_t removed_count;
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
	/* Sets the commit message for a pack, and the packs to remove. last: for the last commit,
	 * which may have no pack. The values are borrowed until the next call. */
	vv_status (*describe)(void *payload, vv_host_commit *c, bool last, vv_error *err);
	/* Called for a block that this repository does not have; returns VV_EMISSING or another
	 * status. May be NULL. */
	vv_status (*missing)(void *payload, const vv_outgoing *b, vv_error *err);
	void *payload;
	/* Set by the call: numbers of packs and bytes that were made. */
	uint64_t packs, pack_bytes, list_bytes;
} vv_outgoing_packs;
/* Makes packs of o->items, commits the packs, and pushes the commits. Sets *lost to true if another
 * push was faster, or if the push was too large for the host (h->too_large); err has the reason.
 * The caller must then plan the push again. */
vv_status vv_host_put_packs(vv_host *h, vv_outgoing_packs *o, bool *lost, vv_error *err);

/* Stores `list`, the list of the pack, locally, so that it need not be fetched. */
vv_status vv_host_keep_list(vv_host *h, const vv_buf *list, const vv_cid *pack, vv_error *err);

/* Sets the maximum sizes of packs and pushes (h->pack_bytes, h->push_bytes), from the settings and the host's earlier
 * refusals. */
vv_status vv_host_sizes(vv_host *h, vv_error *err);
/* Learns from a push of `sent` bytes that the host has refused with the text `said`. If the push
 * was too large, reduces and stores h->push_bytes, sends a note to the user, and returns true. */
bool vv_host_learn_size(vv_host *h, uint64_t sent, const vv_buf *said);
/* Returns the path of the local file with the list of a pack, which the caller frees with vv_free.
 * NULL: out of memory. */
char *vv_host_list_path(const vv_host *h, const vv_cid *pack);

/* Records, in the file "complete", the count commits ids, whose versions a push found to be
 * complete at the host. */
vv_status vv_host_note_complete(vv_host *h, const vv_oid *ids, size_t count, vv_error *err);
bool vv_host_is_complete(vv_host *h, const vv_oid *id); /* true if id is in the record */
/* Removes the record. Call this if the ref was overwritten, or packs were removed from its tree. */
void vv_host_forget_complete(vv_host *h);

/* Empties the catalog. */
vv_status vv_host_forget_lists(vv_host *h, vv_error *err);

/* The following functions of host.c are for packs.c. */
/* Loads the lists in the tree of h->tip into the catalog, from local copies if they exist. */
vv_status vv_host_load_lists(vv_host *h, vv_error *err);
/* Fetches the count blobs ids into the scratch repository, by their ids if the host allows this.
 * Does not fetch blobs that exist locally. */
vv_status vv_host_fetch_blobs(vv_host *h, const vv_oid *ids, size_t count, vv_error *err);
/* Fetches the ref, with all objects that are reachable from it, into an empty scratch
 * repository. */
vv_status vv_host_fetch_whole(vv_host *h, vv_error *err);
/* Asks the host, without fetching an object, for the first of the count objects ids that it does
 * not have: requests all of them, and one more id that no object has. git on the host then refuses
 * the request, and its message ("not our ref ID") has the first id that is missing. Sets *lacks to
 * the index of this id, to count if the host has all objects, or to SIZE_MAX if the host does not
 * answer in this way. ids must have room for one more item. */
vv_status vv_host_ask(vv_host *h, vv_oid *ids, size_t count, size_t *lacks, vv_error *err);
/* Sets h->tip to the tip of the last run if the scratch repository still has its objects; else to a
 * null id. */
vv_status vv_host_read_tip(vv_host *h, vv_error *err);
/* Begins again with an empty scratch repository and no tip. Call if the old scratch repository is
 * damaged. */
vv_status vv_host_begin_anew(vv_host *h, vv_error *err);
/* Opens the scratch repository, and makes it if it does not exist. Call this before reading from
 * h->scratch. */
vv_status vv_host_need_scratch(vv_host *h, vv_error *err);
/* Checks the file "format" in the tree of h->tip. VV_EREFUSED: the ref does not have blocks of
 * varve. VV_ENOSUPPORT: a newer varve wrote the ref. */
vv_status vv_host_check_format(vv_host *h, vv_error *err);
/* Fetches the ref with the blocks into the scratch repository. filter is an option for git
 * fetch. */
vv_status vv_host_fetch_ref(vv_host *h, const char *filter, vv_error *err);
/* Sets *out to true if `old` is an ancestor of `now`, or the same commit. */
vv_status vv_host_descends(vv_host *h, const vv_oid *old, const vv_oid *now, bool *out,
			   vv_error *err);

/* The options of vv_host_take. */
typedef struct vv_host_taking {
	const char *dir; /* the packs are downloaded to the folder "packs" in it */
	/* bases in this store are not downloaded; NULL: all bases are downloaded */
	vv_store *have;
	/* download for verification: set vv_host_pack.shown instead of vv_host_pack.here */
	bool proof;
	const size_t *packs; /* indexes of further packs of the catalog to download */
	size_t pack_count;
} vv_host_taking;
/* Downloads as few packs as necessary for the count blocks cids and their bases to t->dir/packs.
 * Skips a pack whose hash is not its name if other packs have the same blocks. */
vv_status vv_host_take(vv_host *h, const vv_host_taking *t, const vv_cid *cids, size_t count,
		       vv_error *err);
/* Adds the downloaded list of the pack `name` to the catalog. pack is the id of the pack's blob at
 * the host. If the list is damaged, calls vv_host_note_ruin, and sets *sound to false. */
vv_status vv_host_take_list(vv_host *h, const vv_host_name *name, const vv_oid *pack,
			    const vv_buf *bytes, bool *sound, vv_error *err);
/* Records in h->ruins that the list of a pack is damaged, and the pack is therefore not in the
 * catalog. */
vv_status vv_host_note_ruin(vv_host *h, const vv_host_name *name, vv_error *err);
bool vv_host_is_ruin(const vv_host *h, const vv_cid *pack); /* true if the pack is in h->ruins */
void vv_host_forget_ruin(vv_host *h, const vv_cid *pack);   /* removes the pack from h->ruins */
/* Checks that the hash of a downloaded pack is its name, and records the pack as complete
 * (vv_host_note_sound). If the hash differs, calls vv_host_note_bad, and sets *found_bad to true.
 * bytes is NULL if the download failed, which counts as a wrong hash. */
vv_status vv_host_judge_pack(vv_host *h, vv_host_pack *p, const vv_buf *bytes, bool *found_bad,
			     vv_error *err);
/* Removes the pack with this blob id from the bad packs. Call this after the pack was written
 * again. */
void vv_host_forget_bad(vv_host *h, const vv_oid *pack);
/* Marks the pack p as bad. After vv_host_prefer_sound, which the caller must call after the last
 * such call, a bad pack is used only for blocks that no other pack has. */
vv_status vv_host_note_bad(vv_host *h, vv_host_pack *p, vv_error *err);
/* Makes the catalog prefer packs that are not bad. */
vv_status vv_host_prefer_sound(vv_host *h, vv_error *err);
/* Records, in a file in the folder of lists, that the pack with this blob id was read completely
 * and is intact. */
void vv_host_note_sound(const vv_host *h, const vv_cid *pack, const vv_oid *blob);
bool vv_host_is_sound(const vv_host *h, const vv_host_pack *p); /* true if this was recorded */
/* Returns true if the pack's name is the hash of these bytes. */
bool vv_host_is_named_rightly(const vv_cid *pack, const vv_buf *bytes);
/* Sets *names to an array of the *count bad packs that may be removed from the tree, because their
 * readable blocks are in other packs or in `sent`. ruins: also lists packs with damaged lists. The
 * caller frees *names with vv_free. */
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
