/*
 * git_pack: a pack of Git objects that comes from elsewhere, taken by 'git index-pack', a small one by 'git unpack-objects'. Internal.
 *
 * vv_git_pack_send (send.h) makes such packs. What comes is indexed apart, in the folder that the caller gives, with git's checks of
 * each object's form (git fsck) and of everything that an object names. Few objects are unpacked there instead, as git
 * fetch does it: the base of a difference need not be written again then. Sources: git-index-pack(1), git-unpack-objects(1), git-fsck(1).
 */
#ifndef VV_REPO_GIT_OBJECTS_GIT_PACK_H
#define VV_REPO_GIT_OBJECTS_GIT_PACK_H

#include "base/auto.h"
#include "repo/git/objects/git_object.h"
#include "repo/git/repository_internal.h"

/* A pack that comes: open; feed; end. */
typedef struct vv_git_pack vv_git_pack;
/* dir: a folder in r's object folder, with a folder "pack". */
vv_status vv_git_pack_open(vv_git_pack **out, vv_repository *r, const char *dir,
			   const vv_git_limits *limits, vv_error *err);
/* VV_EREFUSED past a limit, VV_ECORRUPT for what is not a pack. */
vv_status vv_git_pack_feed(vv_git_pack *p, const void *bytes, size_t len, vv_error *err);
/* hex: of its name; "": its objects are loose ones of dir. VV_ECORRUPT, VV_EMISSING, VV_EREFUSED, with git's words. */
vv_status vv_git_pack_end(vv_git_pack *p, char hex[GIT_OID_HEXSZ + 1], vv_error *err);
uint64_t vv_git_pack_count(const vv_git_pack *p); /* objects that it announced */
/* After its end: is all that its objects name among them, and has git no word about any of these? */
bool vv_git_pack_is_whole(const vv_git_pack *p);
void vv_git_pack_close(vv_git_pack *p); /* accepts NULL; stops git */
VV_AUTO_FREE(vv_git_pack, vv_git_pack_close)

#endif
