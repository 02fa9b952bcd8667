/*
 * repository_internal: declarations about a Git repository that the sources of repo share.
 */
#ifndef VV_REPO_GIT_REPOSITORY_INTERNAL_H
#define VV_REPO_GIT_REPOSITORY_INTERNAL_H

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

typedef struct vv_walker vv_walker;         /* walker.h */
typedef struct vv_quarantine vv_quarantine; /* quarantine.h */

#define VV_TOLD_MAX 8u

/* Damaged pointers that were warned of, each once. */
typedef struct vv_told {
	git_oid ids[VV_TOLD_MAX];
	size_t count;
} vv_told;

/* As git lists it; borrowed from the list. */
typedef struct vv_setting {
	const char *scope, *name, *value; /* value NULL: the bare key, which means true */
} vv_setting;

/* Git's index as a caller has it open, changes and all. */
typedef struct vv_open_index {
	git_index *git;
	struct vv_open_index *before; /* opened before it, and still open */
	bool listed;                  /* by the repository, which is open still */
	bool alone;                   /* it covers the files of the work tree, too */
	bool attributes;              /* likewise for those with attributes */
} vv_open_index;

struct vv_repository {
	vv_env *env; /* own */
	git_repository *git;
	git_odb *odb;         /* for reading; sees staged objects too */
	git_config *config;   /* all levels */
	bool settings_by_git; /* git lists them, not libgit2 */
	vv_buf settings_text; /* of all settings, empty until one is read, and after a change */
	vv_setting *settings;
	size_t setting_count, setting_cap;
	char *workdir, *gitdir, *commondir, *varvedir, *statedir;
	char *objects; /* the object folder that is written to */
	char *index_file;
	bool bare;
	bool partial; /* objects may be missing and can be had from a remote */
	bool replacements_told;
	bool flag_owner;     /* opened by the word of safe.directory */
	bool share_exact;    /* share_mode takes the place of the umask, not adds to it */
	unsigned share_mode; /* core.sharedRepository; 0: the umask alone decides */
	git_oid *shallow;    /* commits whose parents are missing here, sorted */
	size_t shallow_count;
	size_t abbrev, shortened; /* core.abbrev, 0: not read yet; how many ids were shortened */
	bool *loose_firsts; /* what ids of loose objects begin with; NULL: few were shortened */
	_Atomic(struct vv_pack_heads *) heads; /* repo/git/pack_heads.h; NULL: few were requested */
	atomic_uint heads_asked;
	void (*close_heads)(struct vv_repository *r);
	_Atomic(struct vv_last_blob *) last_blob; /* repo/git/blob.c; NULL: none was read */
	struct vv_last_blob *kept_blobs;
	void (*close_last_blob)(struct vv_repository *r);
	const char *came; /* a folder of objects that is looked at, too; borrowed, or NULL */
	/* that is all there is, and has no pointer; borrowed; NULL: not known */
	const struct vv_pack_sum *came_plain;
	vv_store *store;
	bool store_lent; /* belongs to another handle: vv_incoming_show */
	vv_quarantine *stage;
	void (*close_stage)(struct vv_repository *r); /* set by the stage's owner */
	vv_walker *walker, *spare;                    /* spare: waits for vv_walker_take */
	void (*close_walker)(struct vv_repository *r);
	struct vv_attr_asker *attributes; /* repo/git/index/attributes.c */
	void (*close_attributes)(struct vv_repository *r);
	struct vv_mailmap *mailmap; /* repo/git/history/mailmap.c; NULL: not used yet */
	void (*close_mailmap)(struct vv_repository *r);
	const vv_buf *attr_names; /* NUL-ended, asked for one after the other; NULL: not known */
	unsigned attr_holds,
		attr_hold;         /* how many continue; the number of the latest: vv_attr_hold */
	vv_open_index *open_index; /* the one opened last that is still open, or NULL */
	/* repo/git/index/index_file.h: as last read; NULL: not read */
	struct vv_index_file *index_kept;
	void (*close_index)(struct vv_repository *r);
	/* repo/git/index/worktree.h */
	vv_status (*watch)(void *payload, const char *path, const vv_stat *st, vv_error *err);
	void *watch_payload;
	const vv_notes *notes;   /* borrowed; NULL: no listener */
	vv_told own_told, *told; /* told is borrowed from the repository that it works for; NULL:
				  * its own */
	vv_holder self;          /* this process, in locks; pid 0: not determined yet */
	uint64_t secret;
	bool has_secret;
	vv_syncs later;  /* folders with new objects: waited for before anything names those */
	vv_oid moved_to; /* where this process moved a branch or HEAD last */
	vv_stat index_from,
		index_written; /* the last uninterrupted writes of index_file: the file before the
					    * first, and the last one; zeros: missing */
	bool unsettled;        /* the folder of index_file is not synced: vv_repository_settle */
	int turn; /* repo/git/write_turn.h: the lock's descriptor; meaningless without close_turn */
	void (*close_turn)(struct vv_repository *r); /* NULL: it does not have the turn */
	char turn_setting[32]; /* "VARVE_TURN=...", for programs that are run; "": likewise */
};

static inline void vv_oid_to_git(git_oid *out, const vv_oid *oid)
{
	memcpy(out->id, oid->id, sizeof(out->id));
}

static inline void vv_oid_from_git(vv_oid *out, const git_oid *oid)
{
	memcpy(out->id, oid->id, sizeof(out->id));
}

/* Reads an object that must be of the type (GIT_OBJECT_ANY: any) and at most max bytes
 * (VV_EREFUSED; the header is checked first). In a partial clone a missing one is fetched by git.
 * VV_ENOTFOUND. Free with git_odb_object_free. */
vv_status vv_object_read(vv_repository *r, const git_oid *id, git_object_t type, uint64_t max,
			 git_odb_object **out, vv_error *err);
vv_status vv_object_header(vv_repository *r, const git_oid *id, git_object_t *type, uint64_t *size,
			   vv_error *err);
/* Does the repository have it? Uses the last listing of the packs: cheap also for a missing one. */
bool vv_object_is_here(vv_repository *r, const git_oid *id);

/* Returns VV_ENOTFOUND for an object that a shallow clone lacks ("object", "a parent of commit"), with the command
 * that fetches it. */
vv_status vv_object_cut_off(const char *what, const char *hex, vv_error *err);

/* The object that an annotated tag points to. VV_ENOTFOUND; VV_ECORRUPT names the tag. */
vv_status vv_tag_target(vv_repository *r, const git_oid *tag, git_oid *out, vv_error *err);

#define VV_TAG_BYTES_MAX (16u << 20)
#define VV_TREE_BYTES_MAX (1u << 30) /* a tree object of more than this is refused */
#define VV_COMMIT_BYTES_MAX (64u << 20)

/* A file of Git's that is a symbolic link is that which the link leads to, so that the link stays: replaces the
 * path, which may be NULL; it is NULL afterwards when out of memory. */
void vv_git_follow_link(char **path);

/* Makes a file durable that is about to name objects, and beside it all that waits in r->later. */
vv_status vv_repository_sync(vv_repository *r, int fd, const char *path, vv_error *err);

/* repository_config.c */
vv_status vv_config_load(vv_repository *r, vv_error *err);
void vv_config_unload(vv_repository *r);
/* After a change. */
void vv_config_forget(vv_repository *r);
/* A setting that is a path: "~/" is the home folder. VV_ENOTFOUND. */
vv_status vv_config_path(vv_repository *r, const char *key, char **out, vv_error *err);
/* Does safe.directory, as the protected levels have it, name the folder? */
bool vv_config_is_safe(const vv_env *env, const char *folder);

/* Opens the repository whose top or .git folder path is; never searches upwards. */
vv_status vv_repository_open_exactly(vv_repository **out, const char *path, const vv_env *env,
				     vv_error *err);

#endif
