# SPDX-License-Identifier: Apache-2.0
# Links XGBoost (optional): trees that predict operator times.
find_path(ATOLL_XGBOOST_INCLUDE xgboost/c_api.h)
find_library(ATOLL_XGBOOST_LIBRARY xgboost)
if(ATOLL_XGBOOST_INCLUDE AND ATOLL_XGBOOST_LIBRARY)
  target_compile_definitions(atoll_plan PRIVATE ATOLL_XGBOOST)
  target_include_directories(atoll_plan SYSTEM PRIVATE ${ATOLL_XGBOOST_INCLUDE})
  target_link_libraries(atoll_plan PRIVATE ${ATOLL_XGBOOST_LIBRARY})
endif()
