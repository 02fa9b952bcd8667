/*
 * attribute_sources: the attributes of a path, from all files that speak for it.
 *
 * As Git does it when files go into the repository: .git/info/attributes goes over the
 * .gitattributes of the path's folder and of those above, core.attributesFile and the machine's file
 * come last. Of a folder's file the work tree's counts, and the index's where there is none; in a
 * bare repository HEAD's. Files stay parsed, and are read again once their stat differs.
 */
#ifndef VV_REPO_GIT_INDEX_ATTRIBUTE_SOURCES_H
#define VV_REPO_GIT_INDEX_ATTRIBUTE_SOURCES_H

#include "repo/git/index/attribute_rules.h"
#include "repo/git/repository_internal.h"

/* What a path has of one attribute. */
typedef struct vv_attr_answer {
	vv_attr_kind kind; /* VV_ATTR_UNSPECIFIED also where no file has it */
	char *value;       /* owned, with VV_ATTR_STRING; else NULL */
} vv_attr_answer;

/* The attributes of these names. On failure no value is left to be freed. VV_EREFUSED names a
 * .gitattributes that is a pipe, socket or device. */
vv_status vv_attr_sources_ask(vv_repository *r, const char *path, const char *const *names,
			      size_t count, vv_attr_answer *out, vv_error *err);

/* The same by these rules alone; path counts from their file's folder. */
vv_status vv_attr_rules_ask(const vv_attr_rules *rules, const char *path, const char *const *names,
			    size_t count, vv_attr_answer *out, vv_error *err);

/* Forgets all files. */
void vv_attr_sources_flush(vv_repository *r);

#endif
