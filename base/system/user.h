/*
 * user: services of the system for its user: names in any letters, and a browser.
 */
#ifndef VV_BASE_SYSTEM_USER_H
#define VV_BASE_SYSTEM_USER_H

#include <stdbool.h>
#include <stddef.h>

/* Writes to out, with a NUL, the last part of path as its folder spells it: Windows also takes it in
 * other letters. Returns false if no such file exists, or if the system takes no other spelling. */
bool vv_os_spelling(char *out, size_t size, const char *path);

/* Opens url in the user's browser by the system's own call. Returns false on failure, or if the system
 * has no such call. */
bool vv_os_browse(const char *url);

#endif
