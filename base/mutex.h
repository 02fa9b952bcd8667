/*
 * mutex: mutual exclusion between the threads of one process.
 *
 * Locking cannot fail. Never held across a call into a caller's function.
 */
#ifndef VV_BASE_MUTEX_H
#define VV_BASE_MUTEX_H

typedef struct vv_mutex vv_mutex;

vv_mutex *vv_mutex_new(void);    /* NULL when out of memory */
void vv_mutex_free(vv_mutex *m); /* unlocked; accepts NULL */
void vv_mutex_lock(vv_mutex *m);
void vv_mutex_unlock(vv_mutex *m);

#endif
