/*
 * host_internal: declarations that reading from a host and sending to it share.
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

/* A pack, and the folder of a ref's tree in which it is. */
typedef struct vv_host_name {
	vv_cid key;
	size_t folder;
} vv_host_name;

struct vv_host {
	vv_repository *repo;
	char *url, *push_url, *remote, *ref, *tip_ref;
	const vv_progress *progress;
	const vv_notes *notes;
	unsigned idle_sec;
	char *dir, *git_dir, *lists, *packs; /* .git/varve/host/<key>, and folders in it */
	int lock;
	vv_repository *scratch;
	vv_store *main;   /* the repository's */
	vv_store *blocks; /* packs that were fetched, over main */
	vv_catalog *catalog;
	vv_oid tip;                         /* of the ref at the host; null: no such ref */
	size_t last_folder, in_last_folder; /* of the tip's tree */
	bool by_id_fails;                   /* the host does not serve blobs by their ids */
	bool knows_no_filters;              /* true: by its last answer */
	bool broken;                        /* the scratch repository takes no commit */
	bool mends, lost_format; /* vv_host_mend; and its tree has no sound file "format" */
	bool dirty;              /* packs are in the scratch repository */
	uint64_t push_bytes;     /* of one push, at most; 0: vv_host_sizes was not called */
	size_t pack_bytes;       /* of one pack, at most */
	bool too_large;          /* the last push was, for the host */
	vv_host_name *ruins;     /* packs whose lists are damaged */
	size_t ruin_count, ruin_cap;
	vv_oid *bad; /* packs that were found to be bad: their blobs */
	size_t bad_count, bad_cap;
	char *proof;     /* a folder: packs that were fetched to be proven, and nothing else */
	vv_store *shown; /* these; NULL until one is */
	/* blocks that vv_host_verify read in packs; NULL: nothing was verified */
	vv_cid_set *intact;
	vv_host_sum came;
	/* For a store (files.h): */
	vv_place place;       /* not open: a ref keeps the blocks */
	vv_cid_set *versions; /* whose files and lists were seen */
	vv_cid_set *listed;   /* packs whose lists are in the catalog */
	vv_cid_set *pieces;   /* records that came alone (pieces.c) */
	bool parts_done;      /* packs were fetched, and no requested pack is only partly here */
	vv_cid_set *joined;   /* packs whose blocks a pack of the catalog has, too (join.c) */
	vv_pack_names unread; /* of these, the lists that were left out of the catalog */
	/* packs that versions name beside those that they need, and their lengths (older.h) */
	vv_cid_map *older;
	size_t asked;         /* versions, one by one */
	bool many;            /* so are more than that, together */
	bool all, unlistable; /* all lists are in the catalog; the place does not allow listing */
	bool damaged_list;    /* so that some versions with a file are not in versions */
	bool anew;            /* ignore local copies of lists: read the place's own */
	vv_seek *seek;        /* which indexes versions name */
	/* The objects that a gc will remove, while sending: they count as absent. */
	vv_condemned condemned;
	vv_sweeper *sweeper; /* of the gc that is at work, or NULL; borrowed */
};

static inline bool vv_host_is_place(const vv_host *h)
{
	return h->place.payload != NULL;
}

#define VV_HOST_FOLDER_PACKS 500u /* in a folder: with their lists 1,000 entries */
#define VV_HOST_FORMAT "varve blocks 1\n"
#define VV_HOST_NEXT "refs/heads/next"

/* From now on, h uses this ref of the host. The last known tip of each ref is a ref of the scratch repository. */
vv_status vv_host_take_ref(vv_host *h, const char *blocks_ref, vv_error *err);

/* A call of git in the scratch repository; args as in vv_git_call. */
vv_git_call vv_host_run(vv_host *h, const char *const *args);

/* In a place: combines those packs of the catalog that are marked as old, and are small or mostly garbage, into fewer,
 * larger ones. Afterwards, the replaced packs are marked as old, and packs whose needed blocks other packs of the
 * catalog have are marked as spare; all of these stay, and versions still name them. */
vv_status vv_host_repack(vv_host *h, const vv_host_compaction *what, vv_host_compacted *out,
			 vv_error *err);

/* Sets h->tip to the pushed commit. */
vv_status vv_host_set_tip(vv_host *h, const vv_oid *tip, vv_error *err);

/* The changes of a commit: a new pack (or none), packs removed from the tree. */
typedef struct vv_host_commit {
	const char *message;
	const vv_buf *pack, *list; /* pack NULL: no new pack */
	const vv_cid *key;         /* of the pack */
	const vv_host_name *removed;
	size_t removed_count;
} vv_host_commit;

/* Blocks on their way to the host, in packs, children first. */
typedef struct vv_outgoing {
	vv_cid cid, like; /* like null: no similar block */
	size_t version;   /* the caller's */
} vv_outgoing;
typedef struct vv_outgoing_packs {
	const vv_outgoing *items;
	size_t count;
	vv_store *from;
	const vv_catalog *bases; /* possible bases of differences, except the removed packs */
	bool thorough, salt;     /* as of the pack maker */
	/* Sets the commit message of a pack, and the packs to remove; with last, for the last commit, which may have no pack.
	 * The caller owns these values until the next call. */
	vv_status (*describe)(void *payload, vv_host_commit *c, bool last, vv_error *err);
	/* A block is not here: VV_EMISSING. May be NULL. */
	vv_status (*missing)(void *payload, const vv_outgoing *b, vv_error *err);
	void *payload;
	/* After it: of packs and lists that were made. */
	uint64_t packs, pack_bytes, list_bytes;
} vv_outgoing_packs;
/* Makes packs, commits and pushes them. *lost: another pusher was faster, or it was too large for the host
 * (h->too_large), see err: plan again. */
vv_status vv_host_put_packs(vv_host *h, vv_outgoing_packs *o, bool *lost, vv_error *err);

/* Stores the list here, so that it need not be fetched. */
vv_status vv_host_keep_list(vv_host *h, const vv_buf *list, const vv_cid *pack, vv_error *err);

/* Sets the maximum sizes of packs and pushes (h->pack_bytes, h->push_bytes), from the settings and the host's earlier
 * refusals. */
vv_status vv_host_sizes(vv_host *h, vv_error *err);
/* For a push of `sent` bytes that the host refused with this text. True: refused for its size; push_bytes was reduced
 * and stored, and the user notified. */
bool vv_host_learn_size(vv_host *h, uint64_t sent, const vv_buf *said);
/* The file in which the list of a pack is kept here; owned; NULL when out of memory. */
char *vv_host_list_path(const vv_host *h, const vv_cid *pack);

/* Notes commits that a push found to be complete there; valid as long as the ref only grows: the file
 * "complete". forget: the ref was overwritten, or packs were removed from its tree. */
vv_status vv_host_note_complete(vv_host *h, const vv_oid *ids, size_t count, vv_error *err);
bool vv_host_is_complete(vv_host *h, const vv_oid *id);
void vv_host_forget_complete(vv_host *h);

/* Empties the catalog. */
vv_status vv_host_forget_lists(vv_host *h, vv_error *err);

/* host.c, for packs.c. */
/* Loads the lists of the tip into the catalog; local copies from disk. */
vv_status vv_host_load_lists(vv_host *h, vv_error *err);
/* Blobs into the scratch repository, by their ids if the host allows it; does not request existing
 * ones. */
vv_status vv_host_fetch_blobs(vv_host *h, const vv_oid *ids, size_t count, vv_error *err);
/* The ref with all that it reaches, into an empty scratch repository. */
vv_status vv_host_fetch_whole(vv_host *h, vv_error *err);
/* Sets *lacks to the place of the first of these objects that the host lacks; to count if the host has all; to SIZE_MAX
 * if it does not answer as git does. Nothing is sent. ids has room for one more. */
vv_status vv_host_ask(vv_host *h, vv_oid *ids, size_t count, size_t *lacks, vv_error *err);
/* Sets h->tip as the last run left it, if the scratch repository still has its objects; else to null. */
vv_status vv_host_read_tip(vv_host *h, vv_error *err);
/* Begins again with an empty scratch repository and no tip, if something in the old one is broken. */
vv_status vv_host_begin_anew(vv_host *h, vv_error *err);
/* The scratch repository of a ref, which is made when something is to be read from it. */
vv_status vv_host_need_scratch(vv_host *h, vv_error *err);
/* VV_EREFUSED: the tip is not a ref of varve's blocks; VV_ENOSUPPORT: a newer varve wrote it. */
vv_status vv_host_check_format(vv_host *h, vv_error *err);
/* The blocks' ref into the scratch repository. filter: an option of git fetch. */
vv_status vv_host_fetch_ref(vv_host *h, const char *filter, vv_error *err);
/* *out: is old an ancestor of now, or the same? */
vv_status vv_host_descends(vv_host *h, const vv_oid *old, const vv_oid *now, bool *out,
			   vv_error *err);

/* Downloads as few packs as needed for the blocks (and their bases) into dir/packs. A pack whose hash is
 * not its name is skipped if another has the same blocks. */
typedef struct vv_host_taking {
	const char *dir;
	vv_store *have;      /* bases in this store are not downloaded; NULL: all are */
	bool proof;          /* vv_host_pack.shown is set, not here */
	const size_t *packs; /* these, of the catalog, besides */
	size_t pack_count;
} vv_host_taking;
vv_status vv_host_take(vv_host *h, const vv_host_taking *t, const vv_cid *cids, size_t count,
		       vv_error *err);
/* Adds a downloaded list to the catalog; pack: its id on the host. A damaged one is noted and skipped: *sound
 * false. */
vv_status vv_host_take_list(vv_host *h, const vv_host_name *name, const vv_oid *pack,
			    const vv_buf *bytes, bool *sound, vv_error *err);
/* Records that the list of a pack is damaged, and the pack is in no catalog. */
vv_status vv_host_note_ruin(vv_host *h, const vv_host_name *name, vv_error *err);
bool vv_host_is_ruin(const vv_host *h, const vv_cid *pack);
void vv_host_forget_ruin(vv_host *h, const vv_cid *pack);
/* Checks a downloaded pack against its name. A wrong one is marked as bad, and *found_bad set. bytes NULL: the download
 * failed. */
vv_status vv_host_judge_pack(vv_host *h, vv_host_pack *p, const vv_buf *bytes, bool *found_bad,
			     vv_error *err);
/* Call this for a pack that was written again. */
void vv_host_forget_bad(vv_host *h, const vv_oid *pack);
/* From now on, the pack is used only for blocks that no other pack has. Call vv_host_prefer_sound after the last such
 * pack. */
vv_status vv_host_note_bad(vv_host *h, vv_host_pack *p, vv_error *err);
vv_status vv_host_prefer_sound(vv_host *h, vv_error *err);
/* Records, in a file in the folder of lists, that a pack with this blob id was found complete. */
void vv_host_note_sound(const vv_host *h, const vv_cid *pack, const vv_oid *blob);
bool vv_host_is_sound(const vv_host *h, const vv_host_pack *p);
/* Is the pack's name the hash of these bytes? */
bool vv_host_is_named_rightly(const vv_cid *pack, const vv_buf *bytes);
/* Bad packs that may be removed from the tree: other packs have their readable blocks, or sent has. With ruins
 * unreadable ones, too. *names is owned by the caller. */
vv_status vv_host_bad_packs(vv_host *h, const vv_cid_set *sent, bool ruins, vv_host_name **names,
			    size_t *count, vv_error *err);
/* Reads the list of a pack of the catalog again; borrows bytes. */
vv_status vv_host_list_again(vv_host *h, const vv_host_pack *p, vv_buf *bytes, vv_host_list *out,
			     vv_error *err);
/* Removes fetched packs from the scratch repository, which stays open. */
vv_status vv_host_clean(vv_host *h, vv_error *err);

/* The file of the versions that are known to be complete there; owned by the caller. */
char *vv_host_complete_path(const vv_host *h);

#define VV_HOST_PARTS "parts" /* in the host's folder */
/* Removes the stored parts of packs that are not complete here. */
vv_status vv_host_drop_parts(const vv_host *h, vv_error *err);

#endif
