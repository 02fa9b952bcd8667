/*
 * regex: the regular expressions of PCRE2, which read those of POSIX nearly alike.
 */
#ifndef VV_BASE_WINDOWS_REGEX_H
#define VV_BASE_WINDOWS_REGEX_H

#include <pcre2posix.h>

#endif
