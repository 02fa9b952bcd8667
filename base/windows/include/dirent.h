/*
 * dirent: the folders of Windows with names in UTF-8, and with the kinds of the entries.
 */
#ifndef VV_BASE_WINDOWS_DIRENT_H
#define VV_BASE_WINDOWS_DIRENT_H

enum { DT_UNKNOWN, DT_REG, DT_DIR, DT_LNK };

struct dirent {
	unsigned char d_type;
	char d_name[1024]; /* 255 units of UTF-16 */
};

typedef struct vv_windows_dir DIR;

DIR *opendir(const char *path);
struct dirent *readdir(DIR *dir);
int closedir(DIR *dir);

#endif
