/*
 * host_internal: what reading from a host and sending to it share.
 */
#ifndef VV_REPO_HOST_HOST_INTERNAL_H
#define VV_REPO_HOST_HOST_INTERNAL_H

#include "repo/git/run_git.h"
#include "repo/host/catalog.h"
#include "repo/host/host.h"

struct vv_host {
	vv_repository *repo;
	char *url, *push_url, *remote, *ref;
	const vv_progress *progress;
	const vv_notes *notes;
	char *dir, *git_dir, *lists, *packs; /* .git/varve/host/<key>, and folders in it */
	int lock;
	vv_repository *scratch;
	vv_store *main;   /* the repository's */
	vv_store *blocks; /* packs that were fetched, over main */
	vv_catalog *catalog;
	vv_oid tip;                         /* there; null: the ref is not there */
	size_t last_folder, in_last_folder; /* of the tip's tree */
	bool by_id_fails;                   /* the host does not give blobs by their ids */
	bool dirty;                         /* packs are in the scratch repository */
	vv_host_sum came;
};

#define VV_HOST_FOLDER_PACKS 500u /* in a folder: with their lists 1,000 entries */
#define VV_HOST_FORMAT "varve blocks 1\n"
#define VV_HOST_TIP "refs/heads/tip"
#define VV_HOST_NEXT "refs/heads/next"

/* A run in the scratch repository; args as of vv_git_call. */
vv_git_call vv_host_run(vv_host *h, const char *const *args);

/* h->tip is what was pushed. */
vv_status vv_host_set_tip(vv_host *h, const vv_oid *tip, vv_error *err);

/* The file in which the list of a pack is kept here; owned; NULL when out of memory. */
char *vv_host_list_path(const vv_host *h, const char *name);

/* Packs, which are in the store by now, leave the scratch repository. */
vv_status vv_host_clean(vv_host *h, vv_error *err);

#endif
