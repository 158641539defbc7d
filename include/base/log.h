/*
 * One line per happening, on stderr and (engine) in the journal. Text from outside is cleaned of control bytes
 * here, and equal lines are limited to ten a second with a repeat count (a flood must not fill a disk).
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_open(const char *program, enum log_level level); /* program is borrowed: a literal */
void log_to(int fd);                                      /* default 2 */
void log_flush(void);                                     /* tells the repeats not yet told: before the end */
/* A line of the audit: in this log, and in the system's (syslog, auth), where this process cannot take it back. */
void log_system(const char *path); /* where the system's log listens, "/dev/log"; borrowed; NULL, as at first: it gets nothing */
void log_audit(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
