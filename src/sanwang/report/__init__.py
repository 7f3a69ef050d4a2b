from sanwang.report.files import write_report as write_report
