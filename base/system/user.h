/*
 * user: services of the system for its user: names in any letters, what git knows of files, and a browser.
 */
#ifndef VV_BASE_SYSTEM_USER_H
#define VV_BASE_SYSTEM_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes to out, with a NUL, the last part of path as its folder spells it: Windows also takes it in
 * other letters. Returns false if no such file exists, or if the system takes no other spelling. */
bool vv_os_spelling(char *out, size_t size, const char *path);

/* Does git write to its index the inodes, devices and owners of files, and when their status changed? On
 * Windows it writes zeros, and when they were made. */
bool vv_os_git_has_inodes(void);
/* Sets *seconds and *ns to when the file was made. Returns false if that is not known. */
bool vv_os_made(const char *path, int64_t *seconds, uint32_t *ns);

/* Opens url in the user's browser by the system's own call. Returns false on failure, or if the system
 * has no such call. */
bool vv_os_browse(const char *url);

#endif
