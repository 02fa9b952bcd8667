/*
 * repository_internal: the state of an open Git repository, and functions on it. Internal to repo.
 */
#ifndef VV_REPO_GIT_REPOSITORY_INTERNAL_H
#define VV_REPO_GIT_REPOSITORY_INTERNAL_H

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include <git2.h>
#include <git2/sys/repository.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/holder.h"
#include "base/sync.h"
#include "repo/git/libgit2.h"
#include "repo/git/repository.h"

VV_AUTO_CLEAR(git_buf, git_buf_dispose)
VV_AUTO_FREE(git_config, git_config_free)
VV_AUTO_FREE(git_config_entry, git_config_entry_free)
VV_AUTO_FREE(git_index, git_index_free)
VV_AUTO_FREE(git_odb, git_odb_free)
VV_AUTO_FREE(git_odb_object, git_odb_object_free)
VV_AUTO_FREE(git_object, git_object_free)
VV_AUTO_FREE(git_commit, git_commit_free)
VV_AUTO_FREE(git_tree, git_tree_free)
VV_AUTO_FREE(git_tree_entry, git_tree_entry_free)
VV_AUTO_FREE(git_reference, git_reference_free)
VV_AUTO_FREE(git_reference_iterator, git_reference_iterator_free)
VV_AUTO_FREE(git_repository, git_repository_free)

typedef struct vv_walker vv_walker;         /* walker.h */
typedef struct vv_quarantine vv_quarantine; /* quarantine.h */

#define VV_TOLD_MAX 8u

/* The ids of damaged pointers for which a warning was sent, so that each causes only one
 * warning. */
typedef struct vv_told {
	git_oid ids[VV_TOLD_MAX];
	size_t count;
} vv_told;

/* One setting. The strings are borrowed from vv_repository.settings_text. */
typedef struct vv_setting {
	/* value: NULL for a key without a value, which means true */
	const char *scope, *name, *value;
} vv_setting;

/* An index that a caller has open, with the caller's changes. The open indexes of a repository are
 * a list. */
typedef struct vv_open_index {
	git_index *git;
	/* the index opened before this one and still open; NULL: this is the first one */
	struct vv_open_index *before;
	/* the repository is still open, and has the index in its list */
	bool listed;
	/* the index was opened by vv_index_open_tree: it is used instead of the files of the work
	 * tree */
	bool alone;
	/* the .gitattributes files in the index are used, not the files in the work tree */
	bool attributes;
} vv_open_index;

struct vv_repository {
	vv_env *env; /* owned */
	git_repository *git;
	git_odb *odb;         /* for reading; also has staged objects */
	git_config *config;   /* all levels */
	bool settings_by_git; /* settings are listed by git, not by libgit2 */
	vv_buf settings_text; /* the list of all settings; empty: not read yet, or changed since */
	vv_setting *settings; /* the settings, in the order of git config --list */
	size_t setting_count, setting_cap;
	/* see vv_repository_workdir and the functions after it */
	char *workdir, *gitdir, *commondir, *varvedir, *statedir;
	char *objects;    /* the object folder to which objects are written */
	char *index_file; /* path of the index */
	bool bare;
	bool partial;           /* partial clone: missing objects can be fetched from a remote */
	bool replacements_told; /* vv_log_tell_replacements has warned */
	bool flag_owner; /* libgit2 refused the owner of the folder, but safe.directory allows it */
	/* true: share_mode replaces a file's permissions; false: share_mode is added to them */
	bool share_exact;
	unsigned share_mode; /* core.sharedRepository; 0: only the umask determines permissions */
	git_oid *shallow;    /* commits whose parents are missing in this shallow clone, sorted */
	size_t shallow_count;
	/* abbrev: core.abbrev (0: not read yet); shortened: number of ids that were shortened so
	 * far */
	size_t abbrev, shortened;
	/* result of vv_git_loose_firsts; NULL: only a few ids were shortened so far */
	bool *loose_firsts;
	/* Each function close_... frees the members before it when the repository is closed. It is
	 * set by the code that makes these members; NULL: nothing to free. */
	/* repo/git/pack_heads.h; NULL: only a few objects were requested so far */
	_Atomic(struct vv_pack_heads *) heads;
	atomic_uint heads_asked; /* the number of requested objects */
	void (*close_heads)(struct vv_repository *r);
	_Atomic(struct vv_last_blob *) last_blob; /* repo/git/blob.c; NULL: no blob was read yet */
	struct vv_last_blob *kept_blobs;          /* the blobs of vv_blob_keep */
	void (*close_last_blob)(struct vv_repository *r);
	/* a folder of received objects that can also be read; borrowed; NULL: no such folder */
	const char *came;
	/* if the objects in `came` are all objects of the repository, and none is a pointer: their
	 * totals, borrowed; else, or if not known: NULL */
	const struct vv_pack_sum *came_plain;
	vv_store *store;      /* the block store; NULL: not opened yet */
	bool store_lent;      /* the store belongs to another handle (vv_incoming_show) */
	vv_quarantine *stage; /* the staged objects; NULL: no object was staged yet */
	void (*close_stage)(struct vv_repository *r); /* set by the owner of stage */
	/* walker: the repository's walker (walker.h), or NULL; spare: the walker for the next
	 * vv_walker_take, or NULL */
	vv_walker *walker, *spare;
	void (*close_walker)(struct vv_repository *r);
	struct vv_attr_asker *attributes; /* repo/git/index/attributes.c */
	void (*close_attributes)(struct vv_repository *r);
	struct vv_mailmap *mailmap; /* repo/git/history/mailmap.c; NULL: not used yet */
	void (*close_mailmap)(struct vv_repository *r);
	struct vv_expired *expired; /* repo/git/history/expired.c; NULL: not read yet */
	void (*close_expired)(struct vv_repository *r);
	/* repo/git/history/expired_signers.c: owned; NULL, or the file of trusted heads changed since: that file counts */
	struct vv_trust *early_trust;
	vv_stat early_trust_file;
	uint64_t early_trust_set;
	/* the paths, each NUL-terminated, whose attributes will be requested in this order; NULL: not known */
	const vv_buf *attr_names;
	/* attr_holds: number of vv_attr_held that exist now; attr_hold: number of the latest
	 * outermost vv_attr_hold */
	unsigned attr_holds, attr_hold;
	vv_open_index *open_index; /* the last opened index that is still open, or NULL */
	/* repo/git/index/index_file.h: the index as last read; NULL: not read yet */
	struct vv_index_file *index_kept;
	void (*close_index)(struct vv_repository *r);
	/* repo/git/index/worktree.h; NULL: no function is set */
	vv_status (*watch)(void *payload, const char *path, const vv_stat *st, vv_error *err);
	void *watch_payload;
	const vv_notes *notes; /* borrowed; NULL: no listener */
	/* told: the list of another handle, for which this handle works, borrowed; if NULL,
	 * own_told is used */
	vv_told own_told, *told;
	vv_holder self;  /* this process as the holder of locks; pid 0: not determined yet */
	uint64_t secret; /* see vv_repository_secret; valid if has_secret is set */
	bool has_secret;
	bool dry; /* see vv_repository_stay_dry */
	/* folders with new objects, which must be durable before anything names the objects */
	vv_syncs later;
	vv_oid moved_to; /* the commit to which this process last moved a branch or HEAD */
	/* index_from, index_written: the stat of index_file before the first and after the last of
	 * this process's successive writes, between which no other process changed the file; zeros:
	 * the file did not exist */
	vv_stat index_from, index_written;
	bool unsettled; /* the folder of index_file is not synced yet (vv_repository_settle) */
	/* the descriptor of the turn's lock (write_turn.h); not valid if close_turn is NULL */
	int turn;
	void (*close_turn)(struct vv_repository *r); /* NULL: this handle does not have the turn */
	/* "VARVE_TURN=...", for programs that varve runs; "" without the turn */
	char turn_setting[32];
};

/* Convert a pointer to an id between the types vv_oid and git_oid, which have the same bytes. The
 * functions with _out are for callers that write the id. */
static_assert(sizeof(git_oid) == sizeof(vv_oid), "libgit2 with SHA-1 only");
static inline const git_oid *vv_to_git(const vv_oid *id)
{
	return (const git_oid *)(const void *)id;
}
static inline git_oid *vv_to_git_out(vv_oid *id)
{
	return (git_oid *)(void *)id;
}
static inline const vv_oid *vv_from_git(const git_oid *id)
{
	return (const vv_oid *)(const void *)id;
}
static inline vv_oid *vv_from_git_out(git_oid *id)
{
	return (vv_oid *)(void *)id;
}
/* Returns the 40 hex digits of id, in a rotating buffer (vv_text_slot). */
static inline const char *vv_git_shows(const git_oid *id)
{
	return vv_oid_shows(vv_from_git(id));
}

/* Sets *out to the object id, which must have this type (GIT_OBJECT_ANY: any type). In a partial
 * clone, git fetches a missing object. The caller frees *out with git_odb_object_free. If the
 * object does not exist, the status is VV_EMISSING if type is a tree or blob, else VV_ENOTFOUND.
 * VV_EUSAGE: the object has another type. VV_EREFUSED: the object has more than max bytes, and was
 * not read. */
vv_status vv_object_read(vv_repository *r, const git_oid *id, git_object_t type, uint64_t max,
			 git_odb_object **out, vv_error *err);
/* Sets *type and *size to the type and size of the object id, without reading its content. In a
 * partial clone, git fetches a missing object. VV_ENOTFOUND: no such object. */
vv_status vv_object_header(vv_repository *r, const git_oid *id, git_object_t *type, uint64_t *size,
			   vv_error *err);
/* Returns true if the repository has the object id. Does not look for new packs, and does not fetch
 * the object in a partial clone. */
bool vv_object_is_here(vv_repository *r, const git_oid *id);

/* Sets err for an object that a shallow clone does not have; the hint is the command that fetches
 * it. The message begins with `what` ("object" or "a parent of commit") and the id hex. Returns
 * VV_ENOTFOUND. */
vv_status vv_object_cut_off(const char *what, const char *hex, vv_error *err);

/* Sets *out to the id of the object to which the annotated tag `tag` points. VV_ENOTFOUND: the tag
 * is missing. VV_EUSAGE: the object is not a tag. VV_ECORRUPT: the tag is damaged; the message has
 * its id. */
vv_status vv_tag_target(vv_repository *r, const git_oid *tag, git_oid *out, vv_error *err);

#define VV_TAG_BYTES_MAX (16u << 20)    /* most bytes of a tag object */
#define VV_TREE_BYTES_MAX (1u << 30)    /* most bytes of a tree object */
#define VV_COMMIT_BYTES_MAX (64u << 20) /* most bytes of a commit object */

/* If *path is a symbolic link to an existing file, replaces *path by the path of that file, so that
 * writing to *path does not replace the link. *path may be NULL, and becomes NULL if memory runs
 * out. */
void vv_git_follow_link(char **path);

/* Syncs the file fd and all folders in r->later, in parallel. Call this before the file is renamed
 * to a name under which it names objects. path: the file's name in messages. */
vv_status vv_repository_sync(vv_repository *r, int fd, const char *path, vv_error *err);

/* ---- repository_config.c ---- */

/* Reads Git's configuration into r->config. */
vv_status vv_config_load(vv_repository *r, vv_error *err);
/* Frees r->config and the list of settings. */
void vv_config_unload(vv_repository *r);
/* Discards the list of settings. Call this after a change of the configuration. */
void vv_config_forget(vv_repository *r);
/* Returns true if safe.directory, in the system, user or command-line configuration, names the folder. */
bool vv_config_is_safe(const vv_env *env, const char *folder);

/* Like vv_repository_open, for the repository whose top folder or .git folder is path. Does not
 * search the folders above path. */
vv_status vv_repository_open_exactly(vv_repository **out, const char *path, const vv_env *env,
				     vv_error *err);

/* ---- repository_share.c: sets the permissions that core.sharedRepository requires, with which
 * other users can also write to the repository ---- */

/* Sets the permissions of path, a file or folder in the Git folder. Does nothing if
 * core.sharedRepository is not set, if path is a symbolic link, or if another user owns path: only
 * the owner may change permissions. */
vv_status vv_share(const vv_repository *r, const char *path, vv_error *err);

/* Sets the permissions of the folder of path, and of all folders above it that are below base. */
vv_status vv_share_above(const vv_repository *r, const char *base, const char *path, vv_error *err);

/* Like vv_share, for the open file fd; if fd is -1, for the file path. Call this before the file is
 * renamed to its final name. path: the file's name in messages. */
vv_status vv_share_fd(const vv_repository *r, int fd, const char *path, vv_error *err);

/* Sets the permissions of the files and folders of this user in varve's folders: blocks, locks,
 * caches. Is called before refs name new blocks, and when the repository is closed. Ignores
 * failures. */
void vv_share_own(const vv_repository *r);

#endif
