DROP TABLE IF EXISTS temp.asked;
DROP TABLE IF EXISTS temp.asked_status;
DROP TABLE IF EXISTS temp.asked_label;
DROP TABLE IF EXISTS temp.option;
DROP TABLE IF EXISTS temp.zone;
